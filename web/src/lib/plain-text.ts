const UNSEEN = /<!--[\s\S]*?-->|<(style|title|script)\b[\s\S]*?<\/\1\s*>/gi
const BLOCK = /<\/?(p|div|br|li|tr|td|th|h[1-6]|blockquote|hr)\b[^>]*>/gi
const TAG = /<\/?[a-z][^>]*>/gi

/** Character references become characters. The text holds no tags any more, so the parser has nothing to build. */
function decoded(text: string): string {
  if (!text.includes('&')) return text
  return new DOMParser().parseFromString(text.replaceAll('<', '&lt;'), 'text/html').body.textContent ?? ''
}

/**
 * Safe HTML as one line of plain text. Tags are taken away before anything is parsed: a parser would complain about
 * every inline style in a mail, because this page's policy forbids them.
 */
export function plainText(html: string): string {
  const text = html.replace(UNSEEN, '').replace(BLOCK, ' ').replace(TAG, '')
  return decoded(text).replace(/\s+/g, ' ').trim()
}

/** Plain text as HTML that shows it unchanged, line by line. */
export function htmlOf(text: string): string {
  const escaped = text.trim().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return escaped.replace(/\r?\n/g, '<br>')
}
