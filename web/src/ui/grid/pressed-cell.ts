/** Which cell a pointer is over; the box in which a row is chosen is column -1. */
export function pressedCell(event: MouseEvent): { row: number; column: number } | null {
  const cell = (event.target as Element).closest<HTMLElement>('[data-column]')
  const row = cell?.closest<HTMLElement>('[data-row]')
  if (cell === null || row === null || row === undefined) return null
  return { row: Number(row.dataset.row), column: Number(cell.dataset.column) }
}
