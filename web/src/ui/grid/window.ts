/**
 * Which rows are on screen.
 *
 * Browsers end an element's height (Firefox at 17.9 million pixels, Chromium at 33.6 million), and a million rows
 * are higher than that. So the spacer that gives the scroll bar its length stops at 8 million pixels, and the scroll
 * position is mapped to a virtual offset, counted in real row pixels. Below the cap the map is 1:1. Above it the
 * virtual offset is the truth: the wheel and the keys move it directly, so that one notch stays a few rows, and only
 * dragging the bar goes through the map.
 */
export const SPACER_CAP = 8_000_000

export interface Extent {
  rowCount: number
  rowHeight: number
  /** The height left for rows, without the header. */
  viewHeight: number
}

const contentHeight = ({ rowCount, rowHeight }: Extent) => rowCount * rowHeight

/** The height of the element that gives the scroll bar its length. */
export function spacerHeight(extent: Extent): number {
  return Math.min(contentHeight(extent), SPACER_CAP)
}

/** Whether the scroll position and the virtual offset differ. */
export function isCapped(extent: Extent): boolean {
  return contentHeight(extent) > SPACER_CAP
}

/** The largest virtual offset: the last row touches the bottom. */
export function maxOffset(extent: Extent): number {
  return Math.max(0, contentHeight(extent) - extent.viewHeight)
}

/** A virtual offset that exists. */
export function clampOffset(offset: number, extent: Extent): number {
  return Math.min(Math.max(0, offset), maxOffset(extent))
}

/** The virtual offset that a scroll position stands for. */
export function offsetAt(scrollTop: number, extent: Extent): number {
  if (!isCapped(extent)) return clampOffset(scrollTop, extent)
  const travel = SPACER_CAP - extent.viewHeight
  return clampOffset((scrollTop / travel) * maxOffset(extent), extent)
}

/** The scroll position that shows a virtual offset. */
export function scrollTopAt(offset: number, extent: Extent): number {
  if (!isCapped(extent)) return clampOffset(offset, extent)
  return (clampOffset(offset, extent) / maxOffset(extent)) * (SPACER_CAP - extent.viewHeight)
}

/** The first and last row that must be drawn, with a few to spare on both sides. */
export function rowsAt(offset: number, extent: Extent, spare = 4): { first: number; last: number } {
  const first = Math.floor(offset / extent.rowHeight)
  const last = Math.ceil((offset + extent.viewHeight) / extent.rowHeight) - 1
  return { first: Math.max(0, first - spare), last: Math.min(extent.rowCount - 1, last + spare) }
}

/** Where a row stands inside the spacer, given the scroll position that goes with the offset. */
export function rowTop(index: number, offset: number, scrollTop: number, extent: Extent): number {
  return isCapped(extent) ? scrollTop + index * extent.rowHeight - offset : index * extent.rowHeight
}

/** The virtual offset nearest to the present one that shows the whole row. */
export function offsetToReveal(index: number, offset: number, extent: Extent): number {
  const top = index * extent.rowHeight
  const lowest = top + extent.rowHeight - extent.viewHeight
  return clampOffset(Math.max(Math.min(offset, top), lowest), extent)
}

/** Which row each slot of the recycled pool shows: a row keeps its slot for as long as it stays on screen. */
export function slotsFor(first: number, last: number): { slot: number; index: number }[] {
  const size = Math.max(0, last - first + 1)
  const slots = Array.from({ length: size }, (_, step) => ({ slot: (first + step) % size, index: first + step }))
  return slots.sort((one, other) => one.slot - other.slot)
}
