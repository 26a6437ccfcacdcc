/**
 * What was done here and can be taken back, the newest first. Whoever does something pushes how to undo it; a notice
 * offers that at once, and Ctrl+Z goes on backwards from the newest. Only one such notice is shown at a time: each new
 * act takes the place of the one before it, which Ctrl+Z still reaches.
 */
import { inject, onBeforeUnmount, onMounted, type App, type InjectionKey } from 'vue'
import type { Notices } from '@/lib/notices'

export interface Act {
  /** What was done, in words: "Ann was deleted". */
  text: string
  /**
   * Takes it back. A text that it answers is said instead of the usual words, an empty text means that nothing needs to be
   * said, and what it throws is told as the cause.
   */
  undo: () => Promise<unknown>
}

export interface UndoWords {
  label(): string
  undone(text: string): string
  failed(text: string): string
  cause(failure: unknown): string
}

export interface UndoStack {
  /** Remembers an act and offers at once to take it back. */
  push(act: Act): void
  /** Takes the newest act back; false when there is none. */
  undoLast(): boolean
}

const KEY: InjectionKey<UndoStack> = Symbol('undo')
const ABOUT = 'undo'
const MOST = 100
// Where Ctrl+Z belongs to the text. The grid's standing input says of itself when it holds none.
const TEXT = 'input:not([readonly], [data-undo=page]), textarea, select, [contenteditable=true], [role=dialog]'

/** An empty stack, which speaks through the notices. */
export function createUndo(notices: Notices, words: UndoWords): UndoStack {
  const acts: Act[] = []

  async function takeBack(act: Act): Promise<void> {
    const at = acts.indexOf(act)
    if (at < 0) return
    acts.splice(at, 1)
    notices.settle(ABOUT)
    try {
      const said = await act.undo()
      const text = typeof said === 'string' ? said : words.undone(act.text)
      if (text !== '') notices.show({ tone: 'done', text, about: ABOUT })
    } catch (failure) {
      notices.show({ tone: 'failed', text: words.failed(act.text), detail: words.cause(failure) })
    }
  }

  return {
    push(act) {
      acts.push(act)
      if (acts.length > MOST) acts.shift()
      const action = { label: words.label(), run: () => void takeBack(act) }
      notices.show({ tone: 'done', text: act.text, action, about: ABOUT })
    },
    undoLast() {
      const newest = acts.at(-1)
      if (newest !== undefined) void takeBack(newest)
      return newest !== undefined
    },
  }
}

/** Whether a key asks to undo the last act of the page, and not the last letter of a text. */
export function asksForUndo(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing || event.altKey || event.shiftKey) return false
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return false
  return !(event.target instanceof Element && event.target.closest(TEXT) !== null)
}

/** Hears Ctrl+Z for as long as the component is there. */
export function useUndoKey(stack: UndoStack): void {
  function onKey(event: KeyboardEvent): void {
    if (asksForUndo(event) && stack.undoLast()) event.preventDefault()
  }
  onMounted(() => document.addEventListener('keydown', onKey))
  onBeforeUnmount(() => document.removeEventListener('keydown', onKey))
}

/** Makes the stack reachable for every component. */
export function provideUndo(app: App, stack: UndoStack): void {
  app.provide(KEY, stack)
}

/** The stack of this page. */
export function useUndo(): UndoStack {
  const stack = inject(KEY)
  if (stack === undefined) throw new Error('the page was started without an undo stack')
  return stack
}
