import { HEADER, type Cursor } from '@/ui/grid/cursor'
import { CHECK_WIDTH, columnEdges, type Column } from '@/ui/grid/columns'
import type { Cell, Editing } from '@/ui/grid/editing'
import { intentOf, type Intent } from '@/ui/grid/keys'
import type { Selecting, Selection } from '@/ui/grid/selection'
import type { Viewport } from '@/ui/grid/viewport'

const WIDER = 16

interface Parts<Row> {
  cursor: Cursor
  viewport: Viewport
  editing: Editing<Row>
  scroller: () => HTMLElement | null
  columns: () => Column<Row>[]
  active: () => Cell<Row> | null
  /** The cursor has come to stand somewhere. */
  arrived: (how: 'pointer' | 'key') => void
  sort: (column: Column<Row>) => void
  /** Opens the active row, in a grid that is only read; null where cells are edited. */
  open: () => (() => void) | null
  selection: () => Selection | undefined
  selecting: Selecting
  /** How columns are moved and resized, where they can be. */
  arrange: () => { resize(id: string, width: number): void; move(id: string, before: string | null): void } | null
}

/** Carries out what keys and clicks mean. */
export class Control<Row> {
  constructor(private readonly parts: Parts<Row>) {}

  /** Does what a key means here; a key that means nothing is left to the input and the browser. */
  readonly onKey = (event: KeyboardEvent): void => {
    const { editing, cursor } = this.parts
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (step !== undefined && editing.choices.value.length > 0) {
      event.preventDefault()
      return editing.step(step)
    }
    const selection = this.parts.selection()
    const intent = intentOf(event, {
      editing: editing.isOpen.value,
      tabbing: cursor.tabbing.value,
      selectable: selection !== undefined && cursor.row.value > HEADER,
      selected: selection?.isEmpty.value === false,
      arranging: cursor.row.value === HEADER && this.parts.arrange() !== null,
    })
    if (intent === null) return
    event.preventDefault()
    // An Esc that closes an edit must not close what stands around the grid as well.
    event.stopPropagation()
    this.carryOut(intent)
  }

  /** Brings the active cell into view and tells that it is another one. */
  settle(how: 'pointer' | 'key', { extending = false } = {}): void {
    const { cursor, viewport } = this.parts
    if (!extending) this.parts.selecting.moved(cursor.row.value)
    if (cursor.row.value > HEADER) viewport.reveal(cursor.row.value)
    this.revealColumn()
    this.parts.arrived(how)
  }

  /** Opens the active cell, or its row where nothing is edited; in the header, sorts by it. */
  edit(text?: string): void {
    const { cursor, viewport, editing } = this.parts
    const column = this.parts.columns()[cursor.column.value]
    if (cursor.row.value === HEADER) {
      if (column !== undefined) this.parts.sort(column)
      return
    }
    viewport.reveal(cursor.row.value)
    const open = this.parts.open()
    if (open === null) editing.begin(text)
    else if (text === undefined) open()
  }

  private carryOut(intent: Intent): void {
    const { editing, cursor } = this.parts
    if (intent.kind === 'cancel') editing.cancel()
    else if (intent.kind === 'edit') this.edit()
    else if (intent.kind === 'clear') this.clear()
    else if (intent.kind === 'copy') this.copy()
    else if (intent.kind === 'resize' || intent.kind === 'shift') this.arrange(intent)
    else if (!this.choose(intent)) this.move(intent, cursor)
  }

  /** Chooses rows, if that is what is meant. */
  private choose(intent: Intent): boolean {
    const { selecting, cursor } = this.parts
    if (intent.kind === 'select') selecting.toggle(cursor.row.value)
    else if (intent.kind === 'select-all') this.parts.selection()?.all()
    else if (intent.kind === 'deselect') this.parts.selection()?.clear()
    else if (intent.kind === 'extend') {
      cursor.by({ row: Math.max(-cursor.row.value, intent.by.row), column: 0 })
      selecting.extendTo(cursor.row.value)
      this.settle('key', { extending: true })
    } else return false
    return true
  }

  private arrange({ kind, by }: Extract<Intent, { kind: 'resize' | 'shift' }>): void {
    const [columns, at, arrange] = [this.parts.columns(), this.parts.cursor.column.value, this.parts.arrange()]
    const column = columns[at]
    if (column === undefined || arrange === null) return
    if (kind === 'resize') return arrange.resize(column.id, column.width + by * WIDER)
    if (columns[at + by] === undefined) return
    arrange.move(column.id, columns[by > 0 ? at + 2 : at - 1]?.id ?? null)
    this.parts.cursor.column.value = at + by
  }

  private move(intent: Intent, cursor: Cursor): void {
    if (intent.kind === 'commit') {
      this.parts.editing.commit()
      // Shift and Enter in the first row stays there: only the arrow keys go on to the header.
      cursor.by({ row: Math.max(-cursor.row.value, intent.by.row), column: 0 })
    } else if (intent.kind === 'commit-next') {
      this.parts.editing.commit()
      cursor.next(intent.direction, (column) => this.parts.columns()[column]?.kind !== 'fixed')
    } else {
      cursor.follow(intent)
    }
    this.settle('key')
  }

  private clear(): void {
    if (this.parts.cursor.row.value > HEADER) this.edit('')
  }

  private copy(): void {
    const cell = this.parts.active()
    // Without a secure origin there is no clipboard to write to, and the browser refuses it to a page in the background.
    if (cell !== null) void navigator.clipboard?.writeText(cell.column.text(cell.row)).catch(() => undefined)
  }

  private revealColumn(): void {
    const element = this.parts.scroller()
    const lead = this.parts.selection() === undefined ? 0 : CHECK_WIDTH
    const edges = columnEdges(this.parts.columns(), lead)
    const column = this.parts.cursor.column.value
    const left = edges[column] ?? 0
    const right = edges[column + 1] ?? left
    if (element === null) return
    if (left - lead < element.scrollLeft) element.scrollLeft = left - lead
    else if (right > element.scrollLeft + element.clientWidth) element.scrollLeft = right - element.clientWidth
  }
}
