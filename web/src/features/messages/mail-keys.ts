import { nextTick } from 'vue'

const HEADS = '[data-mail-head]'
const STEPS: Record<string, 1 | -1> = { j: 1, k: -1 }

function stepOf(event: KeyboardEvent): 1 | -1 | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return undefined
  return STEPS[event.key.toLowerCase()]
}

const isOpen = (head: HTMLElement | undefined) => head?.getAttribute('aria-expanded') === 'true'

/**
 * j and k go through the mails of a list, as in mail programs. While one is being read, the next one is opened in its
 * place; else only the focus moves, and Enter opens.
 */
export async function walkMails(event: KeyboardEvent, list: HTMLElement): Promise<void> {
  const step = stepOf(event)
  if (step === undefined) return
  event.preventDefault()
  event.stopPropagation()
  const heads = [...list.querySelectorAll<HTMLElement>(HEADS)]
  const article = document.activeElement?.closest('article')
  const here = heads.findIndex((head) => article?.contains(head) === true)
  const next = heads[here < 0 ? 0 : here + step]
  if (next === undefined) return
  const isReading = isOpen(heads[here])
  if (isReading) {
    heads[here]?.click()
    if (!isOpen(next)) next.click()
    await nextTick()
  }
  next.focus({ preventScroll: true })
  next.scrollIntoView({ block: isReading ? 'start' : 'nearest' })
}
