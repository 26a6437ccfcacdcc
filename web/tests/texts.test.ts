import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import en from '@/i18n/en'
import zh from '@/i18n/zh-CN'

const root = `${import.meta.dirname}/..`

function flat(texts: object, prefix = ''): Record<string, string> {
  const entries = Object.entries(texts).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'string' ? [[prefix + key, value]] : Object.entries(flat(value as object, `${prefix}${key}.`)),
  )
  return Object.fromEntries(entries) as Record<string, string>
}

// The build compiles each text to a function or a small tree; here the files are read as they were written.
function written(language: string): Record<string, string> {
  const folder = `${root}/src/i18n/${language}`
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return flat(Object.fromEntries(files.map((name) => [name.slice(0, -5), JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as object])))
}

const chinese = written('zh-CN')
const english = written('en')

const sources = readdirSync(`${root}/src`, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|vue)$/.test(name) && !/\.test\.ts$|schema\.gen/.test(name))
  .map((name) => readFileSync(`${root}/src/${name}`, 'utf8'))

describe('the two languages', () => {
  test('have the same keys', () => {
    expect(Object.keys(english).sort()).toEqual(Object.keys(chinese).sort())
  })

  test('offer every file of texts to the page', () => {
    const files = readdirSync(`${root}/src/i18n/en`).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5))
    expect(Object.keys(en).sort()).toEqual(files.sort())
    expect(Object.keys(zh).sort()).toEqual(files.sort())
  })

  test('fill in the same values', () => {
    const values = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()
    for (const [key, text] of Object.entries(chinese)) expect([key, values(english[key] ?? '')]).toEqual([key, values(text)])
  })

  test('leave no text empty, and no Chinese text without Chinese', () => {
    for (const [key, text] of Object.entries(chinese)) {
      expect(english[key]?.trim(), key).toBeTruthy()
      // Names are the same in both.
      if (!/^frame\.brand$/.test(key)) expect(text, key).toMatch(/[\u4e00-\u9fff]/)
    }
  })
})

describe('the page', () => {
  test('asks only for texts that exist', () => {
    const asked = sources.flatMap((source) => [...source.matchAll(/\bt\(\s*'([\w.-]+)'/g)].map(([, key]) => key ?? ''))
    expect(asked.length).toBeGreaterThan(80)
    expect(asked.filter((key) => !(key in chinese))).toEqual([])
  })

  test('asks for every text that exists', () => {
    const used = (key: string) => {
      const parent = key.slice(0, key.lastIndexOf('.'))
      return sources.some((source) => source.includes(`'${key}'`) || source.includes(`\`${parent}.\${`))
    }
    expect(Object.keys(chinese).filter((key) => !key.startsWith('errors.') && !used(key))).toEqual([])
  })
})

test('every problem that the API announces has its words', () => {
  const lines = readFileSync(`${root}/../docs/openapi.yaml`, 'utf8').split('\n')
  const codes = new Set<string>()
  let isList = false
  for (const line of lines) {
    const [, code] = /^\s+- (\w+)$/.exec(line) ?? []
    if (isList && code !== undefined) codes.add(code)
    else isList = /^\s+x-problems:$/.test(line)
  }
  expect(codes.size).toBeGreaterThan(10)
  expect([...codes].filter((code) => !(`errors.${code}` in chinese))).toEqual([])
})
