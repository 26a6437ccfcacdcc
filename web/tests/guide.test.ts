import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { blocksOf, type Block } from '@/features/help/guide-text'

const root = `${import.meta.dirname}/..`
const guide = (language: string) => readFileSync(`${root}/src/features/help/guide/${language}.md`, 'utf8')
const texts = (language: string, file: string) =>
  JSON.parse(readFileSync(`${root}/src/i18n/${language}/${file}.json`, 'utf8')) as Record<string, unknown>

/** Every text of a language, whatever it is for. */
function allTexts(language: string): Set<string> {
  const files = ['backups', 'checks', 'customers', 'exports', 'frame', 'imports', 'logs', 'mailboxes', 'messages', 'settings', 'statistics']
  const leaves = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : Object.values(value as object).flatMap(leaves)
  return new Set(files.flatMap((file) => leaves(texts(language, file))))
}

const shape = (blocks: Block[]) => blocks.map((block) => (block.kind === 'heading' ? `heading ${block.level}` : block.kind))

describe.each(['zh-CN', 'en'])('the guide in %s', (language) => {
  test('names menus and tabs as the page does', () => {
    const paths = [...guide(language).matchAll(/[“"]([^”"\n]+ > [^”"\n]+)[”"]/g)].map(([, path = '']) => path.split(' > '))
    const known = allTexts(language)
    expect(paths.length).toBeGreaterThan(8)
    expect(paths.flat().filter((name) => !known.has(name))).toEqual([])
  })

  test('has no mark left that is not understood', () => {
    const left = JSON.stringify(blocksOf(guide(language)).filter(({ kind }) => kind !== 'commands'))
    expect(left).not.toMatch(/\*\*|`|\]\(/)
  })
})

test('the two guides tell the same, chapter by chapter', () => {
  expect(shape(blocksOf(guide('en')))).toEqual(shape(blocksOf(guide('zh-CN'))))
})
