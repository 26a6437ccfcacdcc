import { existsSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'

interface Chunk {
  file: string
  css?: string[]
  imports?: string[]
}

const dist = `${import.meta.dirname}/../dist`
const isBuilt = existsSync(`${dist}/.vite/manifest.json`)
const manifest = (isBuilt ? JSON.parse(readFileSync(`${dist}/.vite/manifest.json`, 'utf8')) : {}) as Record<string, Chunk>

/** What some parts of the page fetch, with everything that they need. */
function filesOf(...names: string[]): Set<string> {
  const files = new Set<string>()
  const add = (name: string): void => {
    const chunk = manifest[name]
    if (chunk === undefined) throw new Error(`the build has no ${name}`)
    if (files.has(chunk.file)) return
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file)
    chunk.imports?.forEach(add)
  }
  names.forEach(add)
  return files
}

/** What files weigh, packed, in kB. */
const weigh = (files: Iterable<string>, ending: string) =>
  [...files].filter((file) => file.endsWith(ending)).reduce((sum, file) => sum + gzipSync(readFileSync(`${dist}/${file}`)).length, 0) / 1000

/** What a first visit to the customers fetches, in the larger of the two languages. */
const firstFiles = () => filesOf('index.html', 'src/features/customers/customers-page.vue', 'src/i18n/zh-CN/first.ts')

function firstRoute(): { js: number; css: number; files: number } {
  const files = firstFiles()
  return { js: weigh(files, '.js'), css: weigh(files, '.css'), files: files.size }
}

describe.runIf(isBuilt)('the first route', () => {
  test('weighs at most 150 kB of scripts and 20 kB of styles, packed', () => {
    const { js, css } = firstRoute()
    expect(js).toBeLessThan(150)
    expect(css).toBeLessThan(20)
  })

  test('needs at most twelve requests, with the page itself, its icon and the script of the first paint', () => {
    expect(firstRoute().files + 3).toBeLessThanOrEqual(12)
  })

  test('asks nobody else for anything', () => {
    const page = readFileSync(`${dist}/index.html`, 'utf8')
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//)
    expect(page).not.toMatch(/<style|style="|<script>/)
  })
})

test.runIf(isBuilt)('charts are fetched only where they are shown, and weigh at most 200 kB, packed', () => {
  const first = firstFiles()
  const more = [...filesOf('src/features/statistics/statistics-page.vue', 'src/ui/chart/chart.vue')].filter((file) => !first.has(file))
  expect(weigh(more, '.js')).toBeGreaterThan(100)
  expect(weigh(more, '.js')).toBeLessThan(200)
})
