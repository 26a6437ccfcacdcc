import { describe, expect, test, vi } from 'vitest'
import { isPressed, Shortcuts } from '@/lib/shortcuts'

const press = (key: string, how: KeyboardEventInit = {}, target: EventTarget = document.body) => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...how })
  target.dispatchEvent(event)
  return event
}

test.each([
  ['Mod+K', { key: 'k', ctrlKey: true }, true],
  ['Mod+K', { key: 'k', metaKey: true }, true],
  ['Mod+K', { key: 'k' }, false],
  ['k', { key: 'k', ctrlKey: true }, false],
  ['?', { key: '?', shiftKey: true }, true],
  ['j', { key: 'J', shiftKey: true }, false],
  ['Alt+M', { key: 'µ', code: 'KeyM', altKey: true }, true],
  ['Alt+1', { key: '1', code: 'Digit1', altKey: true }, true],
])('%s is pressed by %o: %s', (written, how, expected) => {
  expect(isPressed(new KeyboardEvent('keydown', how), written)).toBe(expected)
})

describe('keys of the page', () => {
  function aField(): HTMLInputElement {
    const field = document.createElement('input')
    document.body.append(field)
    return field
  }

  test('are text while something is typed, except chords', () => {
    const shortcuts = new Shortcuts()
    const [letter, chord] = [vi.fn(), vi.fn()]
    const ends = [
      shortcuts.add({ id: 'a', title: 'a', keys: 'j', group: 'page', run: letter }),
      shortcuts.add({ id: 'b', title: 'b', keys: 'Mod+K', group: 'page', run: chord }),
    ]
    const field = aField()
    expect(press('j', {}, field).defaultPrevented).toBe(false)
    expect(press('k', { ctrlKey: true }, field).defaultPrevented).toBe(true)
    expect([letter, chord].map((act) => act.mock.calls.length)).toEqual([0, 1])
    ends.forEach((end) => end())
    field.remove()
  })

  test('mean nothing while an input method composes', () => {
    const run = vi.fn()
    const end = new Shortcuts().add({ id: 'a', title: 'a', keys: 'Enter', group: 'page', run })
    press('Enter', { isComposing: true })
    press('Process')
    expect(run).not.toHaveBeenCalled()
    end()
  })

  test('are heard once when held down, and by the newest who asked for them', () => {
    const shortcuts = new Shortcuts()
    const [older, newer] = [vi.fn(), vi.fn()]
    const ends = [older, newer].map((run) => shortcuts.add({ id: 'a', title: 'a', keys: 'd', group: 'page', run }))
    press('d')
    press('d', { repeat: true })
    expect([older.mock.calls.length, newer.mock.calls.length]).toEqual([0, 1])
    ends[1]?.()
    press('d')
    expect(older).toHaveBeenCalledOnce()
    ends[0]?.()
    expect(press('d').defaultPrevented).toBe(false)
  })
})
