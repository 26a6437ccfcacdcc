const BLOCKS = 'p, div, br, li, tr, td, h1, h2, h3, blockquote'

/** HTML as one line of plain text. The parser builds an inert document: nothing runs and nothing is fetched. */
export function plainText(html: string): string {
  if (!/[<&]/.test(html)) return html.replace(/\s+/g, ' ').trim()
  const { body } = new DOMParser().parseFromString(html, 'text/html')
  for (const hidden of body.querySelectorAll('style, title')) hidden.remove()
  // Blocks end a word; without this the last word of one runs into the first of the next.
  for (const block of body.querySelectorAll(BLOCKS)) block.after(' ')
  return (body.textContent ?? '').replace(/\s+/g, ' ').trim()
}

/** Plain text as HTML that shows it unchanged, line by line. */
export function htmlOf(text: string): string {
  const escaped = text.trim().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return escaped.replace(/\r?\n/g, '<br>')
}
