import { fireEvent, render, screen } from '@testing-library/vue'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test } from 'vitest'
import { h, nextTick } from 'vue'
import type { Column } from '@/ui/grid/columns'
import DataGrid from '@/ui/grid/data-grid.vue'
import type { Edit } from '@/ui/grid/editing'
import { CursorSource } from '@/ui/grid/page-source'
import { PageStore } from '@/ui/grid/page-store'

interface Person {
  id: number
  name: string
  stars: number
  seen: string
  city: string
}

const COUNT = 500
const columns: Column<Person>[] = [
  { kind: 'text', id: 'name', title: 'Name', width: 200, sortable: true, text: ({ name }) => name },
  {
    kind: 'choice', id: 'stars', title: 'Stars', width: 100, text: ({ stars }) => `${stars} stars`, value: ({ stars }) => stars,
    choices: [1, 2, 3].map((value) => ({ value, key: String(value), label: `${value} stars` })),
  },
  { kind: 'fixed', id: 'seen', title: 'Seen', width: 100, why: 'kept by the system', text: ({ seen }) => seen },
  { kind: 'text', id: 'city', title: 'City', width: 200, text: ({ city }) => city },
]

function people(): PageStore<Person> {
  const all = Array.from({ length: COUNT }, (_, id) => ({ id, name: `Person ${id}`, stars: 2, seen: 'today', city: 'Jinan' }))
  return new PageStore(new CursorSource((cursor) => {
    const from = Number(cursor ?? 0)
    const next = from + 100 < COUNT ? String(from + 100) : null
    return Promise.resolve({ items: all.slice(from, from + 100), next_cursor: next, total: COUNT })
  }))
}

interface Heard {
  edits: Edit<Person>[]
  sorts: string[]
  selected: number[]
  opened: number[]
}
let heard: Heard
let user: ReturnType<typeof userEvent.setup>

async function showGrid(more: object = {}): Promise<HTMLInputElement> {
  const store = people()
  // A component of its own, because the grid is generic and takes its listeners as properties here.
  const owner = () => h(DataGrid as never, {
    label: 'People', columns, store, sort: 'name', selected: null,
    onEdit: (edit: Edit<Person>) => heard.edits.push(edit),
    onSort: (sort: string) => heard.sorts.push(sort),
    onSelect: ({ id }: Person) => heard.selected.push(id),
    onOpen: ({ id }: Person) => heard.opened.push(id),
    ...more,
  })
  render(owner)
  await screen.findByText('Person 0')
  const input = screen.getByRole<HTMLInputElement>('combobox')
  input.focus()
  return input
}

/** Where the cursor stands, as `row:column`, counted from 0; the header is row -1. */
function place(input: HTMLElement): string {
  const [, row, column] = /r(-?\d+)c(\d+)$/.exec(input.getAttribute('aria-activedescendant') ?? '') ?? []
  return `${row}:${column}`
}

const isOpen = (input: HTMLElement) => input.classList.contains('open')

beforeEach(() => {
  heard = { edits: [], sorts: [], selected: [], opened: [] }
  user = userEvent.setup()
})

describe('what is drawn', () => {
  test('only what is on screen, and the grid says how long the list is', async () => {
    await showGrid()
    expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('501')
    expect(screen.getAllByRole('row').length).toBeLessThan(40)
  })

  test('a cell that cannot be changed says so to a screen reader', async () => {
    await showGrid()
    const cells = screen.getAllByText('today').map((text) => text.closest('[role=gridcell]'))
    expect(cells.every((cell) => cell?.getAttribute('aria-readonly') === 'true')).toBe(true)
  })
})

describe('moving', () => {
  test('a journey by keys ends where a spreadsheet would', async () => {
    const input = await showGrid()
    const journey: [string, string][] = [
      ['{ArrowDown}', '1:0'], ['{ArrowRight}', '1:1'], ['{ArrowRight}', '1:2'], ['{End}', '1:3'], ['{ArrowRight}', '1:3'],
      ['{Home}', '1:0'], ['{ArrowLeft}', '1:0'], ['{PageDown}', '20:0'], ['{PageUp}', '1:0'],
      ['{Control>}{End}{/Control}', '499:3'], ['{ArrowDown}', '499:3'], ['{Control>}{Home}{/Control}', '0:0'],
      ['{ArrowUp}', '-1:0'], ['{ArrowUp}', '-1:0'], ['{ArrowDown}', '0:0'],
    ]
    for (const [key, expected] of journey) {
      await user.keyboard(key)
      expect(`${key} ${place(input)}`).toBe(`${key} ${expected}`)
    }
    expect(document.activeElement).toBe(input)
  })

  test('Enter in the header sorts, and the other way round when it is sorted by already', async () => {
    await showGrid()
    await user.keyboard('{ArrowUp}{Enter}')
    expect(heard.sorts).toEqual(['-name'])
  })

  test('a click puts the cursor there and keeps the focus in the input', async () => {
    const input = await showGrid()
    await user.click(screen.getByText('Person 7'))
    expect(place(input)).toBe('7:0')
    expect(document.activeElement).toBe(input)
    expect(heard.selected).toEqual([7])
  })

  test('Tab leads out of the grid', async () => {
    const input = await showGrid()
    await user.tab()
    expect(document.activeElement).not.toBe(input)
  })
})

describe('editing', () => {
  test('typing replaces the text, Enter saves and goes down', async () => {
    const input = await showGrid()
    await user.keyboard('Ann{Enter}')
    expect(heard.edits).toMatchObject([{ row: { id: 0 }, column: { id: 'name' }, value: 'Ann' }])
    expect(place(input)).toBe('1:0')
    expect(isOpen(input)).toBe(false)
  })

  test('F2 begins with the text that is there, Esc leaves it as it was', async () => {
    const input = await showGrid()
    await user.keyboard('{F2}')
    expect(input.value).toBe('Person 0')
    await user.keyboard('!{Escape}')
    expect(heard.edits).toEqual([])
    expect(isOpen(input)).toBe(false)
    expect(input.value).toBe('')
  })

  test('a double click begins an edit', async () => {
    const input = await showGrid()
    await user.dblClick(screen.getByText('Person 3'))
    expect(isOpen(input)).toBe(true)
    expect(input.value).toBe('Person 3')
  })

  test('Tab saves and goes on to the next cell that can be edited, over the one that cannot', async () => {
    const input = await showGrid()
    await user.keyboard('Ann{Tab}{Tab}')
    expect(place(input)).toBe('0:3')
    await user.keyboard('Beijing{Tab}')
    expect(place(input)).toBe('1:0')
    expect(heard.edits.map(({ value }) => value)).toEqual(['Ann', 'Beijing'])
  })

  test('the same text again is no edit', async () => {
    await showGrid()
    await user.keyboard('{F2}{Enter}')
    expect(heard.edits).toEqual([])
  })

  test('a click on another cell saves', async () => {
    await showGrid()
    await user.keyboard('Ann')
    await user.click(screen.getByText('Person 9'))
    expect(heard.edits.map(({ value }) => value)).toEqual(['Ann'])
  })

  test('a cell with a reason not to be edited tells it, and typed keys do not stay anywhere', async () => {
    const input = await showGrid()
    await user.keyboard('{ArrowRight}{ArrowRight}x')
    expect(screen.getByRole('status').textContent).toBe('kept by the system')
    expect(isOpen(input)).toBe(false)
    expect(input.value).toBe('')
  })

  test('what was refused is offered again', async () => {
    const input = await showGrid({ refusals: new Map([['0/name', { typed: 'Ann!', cause: 'no' }]]) })
    await user.keyboard('{F2}')
    expect(input.value).toBe('Ann!')
  })
})

describe('a grid that is only read', () => {
  test('opens the row by Enter and by a double click, and edits nothing', async () => {
    const input = await showGrid({ readOnly: true })
    await user.keyboard('{ArrowDown}{Enter}')
    await user.dblClick(screen.getByText('Person 3'))
    await user.keyboard('{Delete}')
    expect(heard.opened).toEqual([1, 3])
    expect(isOpen(input)).toBe(false)
    expect(heard.edits).toEqual([])
  })

  test('takes no text, so that no input method begins with its letters', async () => {
    const input = await showGrid({ readOnly: true })
    expect(input.readOnly).toBe(true)
    await user.keyboard('jx')
    expect(input.value).toBe('')
  })

  test('still sorts from its header', async () => {
    await showGrid({ readOnly: true })
    await user.keyboard('{ArrowUp}{Enter}')
    expect(heard.sorts).toEqual(['-name'])
    expect(heard.opened).toEqual([])
  })
})

describe('choosing', () => {
  test('a digit highlights its choice and Enter takes it', async () => {
    await showGrid()
    await user.keyboard('{ArrowRight}3')
    expect(screen.getByRole('option', { selected: true }).textContent).toContain('3 stars')
    await user.keyboard('{Enter}')
    expect(heard.edits).toMatchObject([{ column: { id: 'stars' }, value: 3 }])
  })

  test('a full-width digit from an input method counts as well', async () => {
    const input = await showGrid()
    await user.keyboard('{ArrowRight}')
    await fireEvent.update(input, '３')
    await user.keyboard('{Enter}')
    expect(heard.edits).toMatchObject([{ value: 3 }])
  })

  test('arrows move among the choices and a click takes one', async () => {
    const input = await showGrid()
    await user.keyboard('{ArrowRight}{F2}{ArrowDown}')
    expect(place(input)).toBe('0:1')
    expect(screen.getByRole('option', { selected: true }).textContent).toContain('3 stars')
    await user.click(screen.getByRole('option', { name: /1 stars/ }))
    expect(heard.edits).toMatchObject([{ value: 1 }])
  })
})

describe('an input method', () => {
  /** The events of typing 我 as a browser sends them: a key that is being composed, then text that changes, then the end. */
  async function compose(input: HTMLInputElement, steps: string[], end: string): Promise<void> {
    await fireEvent.keyDown(input, { key: 'Process', keyCode: 229 })
    await fireEvent.compositionStart(input)
    for (const step of [...steps, end]) {
      input.value = step
      input.dispatchEvent(new InputEvent('input', { isComposing: true, bubbles: true }))
    }
    await fireEvent.keyDown(input, { key: 'Enter', isComposing: true, keyCode: 229 })
    await fireEvent.compositionEnd(input, { data: end })
  }

  test('begins an edit with its first key and loses nothing', async () => {
    const input = await showGrid()
    await compose(input, ['w', 'wo'], '我')
    await nextTick()
    expect(isOpen(input)).toBe(true)
    expect(input.value).toBe('我')
    await user.keyboard('{Enter}')
    expect(heard.edits).toMatchObject([{ row: { id: 0 }, value: '我' }])
  })

  test('its Enter only ends the composition', async () => {
    const input = await showGrid()
    await compose(input, ['n', 'ni'], '你')
    expect(place(input)).toBe('0:0')
    expect(heard.edits).toEqual([])
  })
})
