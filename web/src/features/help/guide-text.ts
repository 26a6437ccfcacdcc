/**
 * The guide's own small Markdown: headings, paragraphs, lists, tables, commands, and within a line bold, code and links.
 * It becomes values that a component draws, so no text of the guide is ever taken for HTML.
 */
export type Inline = { kind: 'text' | 'strong' | 'code'; text: string } | { kind: 'link'; text: string; href: string }

export type Block =
  | { kind: 'heading'; level: 1 | 2 | 3; text: string; id: string }
  | { kind: 'text'; parts: Inline[] }
  | { kind: 'list'; isOrdered: boolean; items: Inline[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] }
  | { kind: 'commands'; text: string }

const INLINE = /\*\*(?<strong>[^*]+)\*\*|`(?<code>[^`]+)`|\[(?<label>[^\]]+)\]\((?<href>[^)\s]+)\)/g
const HEADING = /^(#{1,3}) (.+)$/
const ITEM = /^(?:- |(\d+)\. )(.*)$/
const FENCE = '```'

/** A line's pieces. */
export function inlineOf(line: string): Inline[] {
  const parts: Inline[] = []
  let at = 0
  for (const match of line.matchAll(INLINE)) {
    if (match.index > at) parts.push({ kind: 'text', text: line.slice(at, match.index) })
    const { strong, code, label, href } = match.groups ?? {}
    if (strong !== undefined) parts.push({ kind: 'strong', text: strong })
    else if (code !== undefined) parts.push({ kind: 'code', text: code })
    else parts.push({ kind: 'link', text: label ?? '', href: href ?? '' })
    at = match.index + match[0].length
  }
  if (at < line.length) parts.push({ kind: 'text', text: line.slice(at) })
  return parts
}

const cellsOf = (line: string) => line.replace(/^\||\|$/g, '').split('|').map((cell) => inlineOf(cell.trim()))

// Lines that belong to one paragraph or item may be broken anywhere; Chinese has no blanks between them.
const joined = (lines: readonly string[]) => lines.join('\n').replace(/(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])/g, '').replaceAll('\n', ' ')

function listOf(lines: readonly string[]): Block {
  const items: string[][] = []
  for (const line of lines) {
    const item = ITEM.exec(line)
    if (item === null) items.at(-1)?.push(line.trim())
    else items.push([item[2] ?? ''])
  }
  return { kind: 'list', isOrdered: /^\d/.test(lines[0] ?? ''), items: items.map((item) => inlineOf(joined(item))) }
}

function blockOf(lines: readonly string[], number: number): Block {
  const [first = ''] = lines
  const heading = HEADING.exec(first)
  if (heading !== null) {
    const level = (heading[1] ?? '#').length as 1 | 2 | 3
    return { kind: 'heading', level, text: heading[2] ?? '', id: `guide-${number}` }
  }
  if (first.startsWith(FENCE)) return { kind: 'commands', text: lines.slice(1, -1).join('\n') }
  if (first.startsWith('|')) return { kind: 'table', head: cellsOf(first), rows: lines.slice(2).map(cellsOf) }
  if (ITEM.test(first)) return listOf(lines)
  return { kind: 'text', parts: inlineOf(joined(lines)) }
}

/** The blocks of a text, which blank lines stand between. */
export function blocksOf(text: string): Block[] {
  return text.trim().split(/\n{2,}/).map((block, number) => blockOf(block.split('\n'), number))
}
