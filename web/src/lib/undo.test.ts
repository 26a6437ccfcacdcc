import { expect, test, vi } from 'vitest'
import { createNotices } from '@/lib/notices'
import { asksForUndo, createUndo } from '@/lib/undo'

const words = {
  label: () => 'Undo', undone: (text: string) => `back: ${text}`, failed: (text: string) => `not back: ${text}`, cause: String,
}

function aStack() {
  const notices = createNotices()
  return { notices, stack: createUndo(notices, words) }
}

test('each act is offered to be taken back, the newest alone', () => {
  const { notices, stack } = aStack()
  stack.push({ text: 'one', undo: () => Promise.resolve() })
  stack.push({ text: 'two', undo: () => Promise.resolve() })
  expect(notices.list).toMatchObject([{ text: 'two', action: { label: 'Undo' } }])
})

test('acts are taken back from the newest to the oldest, each once', async () => {
  const { notices, stack } = aStack()
  const done: string[] = []
  for (const text of ['one', 'two']) stack.push({ text, undo: async () => void done.push(text) })
  notices.list[0]?.action?.run()
  expect(stack.undoLast()).toBe(true)
  expect(stack.undoLast()).toBe(false)
  await vi.waitFor(() => expect(notices.list).toMatchObject([{ text: 'back: one' }]))
  expect(done).toEqual(['two', 'one'])
})

test('what cannot be taken back is said with its cause', async () => {
  const { notices, stack } = aStack()
  stack.push({ text: 'one', undo: () => Promise.reject(new Error('gone')) })
  stack.undoLast()
  await vi.waitFor(() => expect(notices.list).toMatchObject([{ tone: 'failed', text: 'not back: one', detail: 'Error: gone' }]))
})

test.each([
  ['the page', '<p>text</p>', true],
  ['the closed cell of the grid', '<input data-undo="page">', true],
  ['a field', '<input>', false],
  ['a field that is only read', '<input readonly>', true],
  ['a button in a dialog', '<div role="dialog"><button></button></div>', false],
])('Ctrl+Z in %s', (_name, html, expected) => {
  document.body.innerHTML = html
  const heard: boolean[] = []
  document.addEventListener('keydown', (event) => heard.push(asksForUndo(event)), { once: true })
  const target = document.body.querySelector('button') ?? document.body.firstElementChild
  target?.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true, bubbles: true }))
  expect(heard).toEqual([expected])
})

test('Ctrl+Z while an input method composes is not the page’s', () => {
  expect(asksForUndo(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true, isComposing: true }))).toBe(false)
})
