import { ref, type Ref } from 'vue'
import type { Intent, Move } from '@/ui/grid/keys'

/** The header is row -1, so that the arrow keys reach it and Enter sorts. */
export const HEADER = -1

export interface Cursor {
  row: Ref<number>
  column: Ref<number>
  /** True while Tab carries a run of edits from cell to cell. */
  tabbing: Ref<boolean>
  set(row: number, column: number): void
  by(move: Move): void
  follow(intent: Intent): void
  next(direction: -1 | 1, isEditable: (column: number) => boolean): void
}

interface Bounds {
  rows: () => number
  columns: () => number
  rowsPerPage: () => number
}

const between = (low: number, value: number, high: number) => Math.min(Math.max(low, value), Math.max(low, high))

/** The active cell and how the keys move it. */
export function useCursor({ rows, columns, rowsPerPage }: Bounds): Cursor {
  const row = ref(0)
  const column = ref(0)
  const tabbing = ref(false)

  function set(newRow: number, newColumn: number): void {
    row.value = between(HEADER, newRow, rows() - 1)
    column.value = between(0, newColumn, columns() - 1)
    tabbing.value = false
  }

  function jump({ row: toRow, column: toColumn }: Extract<Intent, { kind: 'jump' }>): void {
    const rowNow = { first: 0, last: rows() - 1 }
    const columnNow = { first: 0, last: columns() - 1 }
    set(toRow === undefined ? row.value : rowNow[toRow], toColumn === undefined ? column.value : columnNow[toColumn])
  }

  const by = (move: Move) => set(row.value + move.row, column.value + move.column)

  return {
    row, column, tabbing, set, by,
    follow(intent) {
      if (intent.kind === 'move') by(intent.by)
      if (intent.kind === 'jump') jump(intent)
      if (intent.kind === 'page') set(Math.max(0, row.value + intent.direction * rowsPerPage()), column.value)
    },
    next(direction, isEditable) {
      const count = columns()
      // Row by row through the editable cells; a grid without one keeps its cursor.
      for (let step = 1; step <= count; step += 1) {
        const place = row.value * count + column.value + direction * step
        const there = { row: Math.floor(place / count), column: ((place % count) + count) % count }
        if (there.row < 0 || there.row >= rows() || !isEditable(there.column)) continue
        set(there.row, there.column)
        tabbing.value = true
        return
      }
    },
  }
}
