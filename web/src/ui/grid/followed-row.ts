import { watch } from 'vue'
import { HEADER, type Cursor } from '@/ui/grid/cursor'
import type { Identified, PageStore } from '@/ui/grid/page-store'
import type { Viewport } from '@/ui/grid/viewport'

interface Options<Row extends Identified> {
  store: () => PageStore<Row>
  selected: () => Row['id'] | null
  cursor: Cursor
  viewport: Viewport
  rowHeight: number
  select: (row: Row) => void
}

/**
 * Keeps the cursor on its row while rows come and go around it. Rows that appear above push the list down by as
 * much as it is scrolled, so that the row under the cursor stays where the eye is.
 */
export function useFollowedRow<Row extends Identified>(options: Options<Row>): { moved(row: Row | undefined): void } {
  const { cursor, viewport } = options
  let followed: Row['id'] | null = null
  // The cursor stands on a row that has not arrived yet, and selects it as soon as it does.
  let isWaiting = false

  function follow(id: Row['id']): void {
    const index = options.store().indexOf(id)
    if (index < 0 || index === cursor.row.value || cursor.row.value === HEADER) return
    const before = cursor.row.value
    const wasVisible = viewport.isVisible(before)
    cursor.row.value = index
    if (wasVisible && followed === id) viewport.moveBy((index - before) * options.rowHeight)
    else viewport.reveal(index)
  }

  function selectArrived(): void {
    const row = options.store().rowAt(cursor.row.value)
    if (row === undefined) return
    isWaiting = false
    followed = row.id
    options.select(row)
  }

  function onRows(): void {
    const selected = options.selected()
    if (isWaiting) selectArrived()
    else if (selected !== null) {
      follow(selected)
      if (options.store().indexOf(selected) >= 0) followed = selected
    }
  }

  watch([() => options.store().revision.value, options.selected], onRows, { flush: 'post', immediate: true })

  return {
    moved(row) {
      isWaiting = row === undefined && cursor.row.value > HEADER
      followed = row?.id ?? null
    },
  }
}
