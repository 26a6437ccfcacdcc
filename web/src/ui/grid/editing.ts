/**
 * One input stands over the active cell and has the focus all the time. Only so can an input method begin a
 * composition with the first key: a focused element that is not an input never gets one, and the first character
 * is lost. The input is invisible until something arrives in it.
 */
import { computed, nextTick, ref, shallowRef, type ShallowRef } from 'vue'
import { choiceFor, type ChoiceColumn, type Column } from '@/ui/grid/columns'

export interface Cell<Row> {
  row: Row
  column: Column<Row>
}

export interface Edit<Row> extends Cell<Row> {
  value: string | number
  typed: string
}

interface Options<Row> {
  input: () => HTMLInputElement | null
  /** The active cell, when its row is at hand. */
  active: () => Cell<Row> | null
  /** The text to begin with: the cell's, or what was typed when it was refused. */
  startingText: (cell: Cell<Row>) => string
  commit: (edit: Edit<Row>) => void
  /** Somebody tried to edit a cell that has a reason not to be. */
  blocked: () => void
}

/** The life of an edit: begin, type or choose, then commit or cancel. */
export class Editing<Row> {
  readonly target: ShallowRef<Cell<Row> | null> = shallowRef(null)
  /** The highlighted choice, by position. */
  readonly chosen = ref(-1)
  readonly isOpen = computed(() => this.target.value !== null)
  readonly choices = computed(() => this.choiceColumn()?.choices ?? [])

  constructor(private readonly options: Options<Row>) {}

  /** Opens the active cell with its text, or with another one. */
  begin(text?: string): void {
    const cell = this.options.active()
    if (cell === null) return
    if (cell.column.kind === 'fixed') return this.options.blocked()
    this.open(cell)
    if (cell.column.kind === 'choice') return
    this.write(text ?? this.options.startingText(cell))
    void nextTick(() => this.options.input()?.setSelectionRange(-1, -1))
  }

  /** Takes what has just arrived in the input: the first key of an edit, or the next one. */
  take(): void {
    if (this.target.value === null) {
      const cell = this.options.active()
      if (cell === null || cell.column.kind === 'fixed') return this.refuse(cell)
      this.open(cell)
    }
    if (this.choiceColumn() !== null) this.highlight(this.options.input()?.value ?? '')
  }

  /** Moves the highlight among the choices. */
  step(by: number): void {
    const count = this.choices.value.length
    if (count > 0) this.chosen.value = (this.chosen.value + by + count) % count
  }

  choose(index: number): void {
    this.chosen.value = index
    this.commit()
  }

  /** Closes the edit and hands over what changed, if anything did. */
  commit(): void {
    if (this.target.value === null) return
    const edit = this.outcome(this.target.value)
    this.cancel()
    if (edit !== null) this.options.commit(edit)
  }

  /** Closes the edit and leaves the cell as it was. */
  cancel(): void {
    this.target.value = null
    this.chosen.value = -1
    this.write('')
  }

  private open(cell: Cell<Row>): void {
    this.target.value = cell
    const { column, row } = cell
    if (column.kind === 'choice') {
      this.chosen.value = column.choices.findIndex(({ value }) => value === column.value(row))
    }
  }

  private refuse(cell: Cell<Row> | null): void {
    this.write('')
    if (cell !== null) this.options.blocked()
  }

  private choiceColumn(): ChoiceColumn<Row> | null {
    const column = this.target.value?.column
    return column?.kind === 'choice' ? column : null
  }

  private highlight(typed: string): void {
    const choices = this.choices.value
    // The last key alone counts when the whole text means nothing: typing 3 and then 4 ends at 4.
    const found = choiceFor(choices, typed) ?? choiceFor(choices, typed.slice(-1))
    if (found !== undefined) this.chosen.value = choices.indexOf(found)
  }

  private outcome({ row, column }: Cell<Row>): Edit<Row> | null {
    if (column.kind === 'choice') {
      const choice = this.choices.value[this.chosen.value]
      if (choice === undefined || choice.value === column.value(row)) return null
      return { row, column, value: choice.value, typed: choice.key }
    }
    const typed = this.options.input()?.value ?? ''
    const value = typed.trim()
    return value === column.text(row) ? null : { row, column, value, typed }
  }

  private write(text: string): void {
    const input = this.options.input()
    if (input !== null) input.value = text
  }
}
