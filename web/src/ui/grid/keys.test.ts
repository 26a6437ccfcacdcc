import { describe, expect, test } from 'vitest'
import { intentOf, type Key } from '@/ui/grid/keys'

const press = (key: string, more: Partial<Key> = {}): Key => ({
  key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, keyCode: 0, ...more,
})
const moving = { editing: false, tabbing: false }
const editing = { editing: true, tabbing: false }

describe('while moving', () => {
  test.each([
    ['ArrowDown', {}, { kind: 'move', by: { row: 1, column: 0 } }],
    ['Home', {}, { kind: 'jump', column: 'first' }],
    ['End', { ctrlKey: true }, { kind: 'jump', row: 'last', column: 'last' }],
    ['End', { metaKey: true }, { kind: 'jump', row: 'last', column: 'last' }],
    ['PageUp', {}, { kind: 'page', direction: -1 }],
    ['F2', {}, { kind: 'edit' }],
    ['Enter', {}, { kind: 'edit' }],
    ['c', { ctrlKey: true }, { kind: 'copy' }],
  ])('%s %o', (key, more, intent) => {
    expect(intentOf(press(key, more), moving)).toEqual(intent)
  })

  test('a letter belongs to the input, where it begins an edit', () => {
    expect(intentOf(press('a'), moving)).toBeNull()
  })

  test('Tab leads out of the grid, but goes on while it carries a run of edits', () => {
    expect(intentOf(press('Tab'), moving)).toBeNull()
    expect(intentOf(press('Tab', { shiftKey: true }), { ...moving, tabbing: true })).toEqual({ kind: 'commit-next', direction: -1 })
  })
})

describe('while editing', () => {
  test('arrows and Home move the caret, not the cell', () => {
    expect(intentOf(press('ArrowLeft'), editing)).toBeNull()
    expect(intentOf(press('Home'), editing)).toBeNull()
  })

  test.each(['Enter', 'Escape', 'Tab', 'ArrowDown'])('%s during a composition belongs to the input method', (key) => {
    expect(intentOf(press(key, { isComposing: true }), editing)).toBeNull()
    expect(intentOf(press(key, { keyCode: 229 }), editing)).toBeNull()
  })

  test('Shift and Enter commits upwards', () => {
    expect(intentOf(press('Enter', { shiftKey: true }), editing)).toEqual({ kind: 'commit', by: { row: -1, column: 0 } })
  })
})
