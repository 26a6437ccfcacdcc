import { describe, expect, test } from 'vitest'
import {
  clampOffset, isCapped, maxOffset, offsetAt, offsetToReveal, rowsAt, rowTop, scrollTopAt, slotsFor, SPACER_CAP, spacerHeight,
} from '@/ui/grid/window'

const small = { rowCount: 1_000, rowHeight: 36, viewHeight: 720 }
const huge = { rowCount: 1_000_000, rowHeight: 36, viewHeight: 720 }

describe('below the cap', () => {
  test('the scroll position is the offset', () => {
    expect(isCapped(small)).toBe(false)
    expect(spacerHeight(small)).toBe(36_000)
    expect(offsetAt(12_345, small)).toBe(12_345)
    expect(scrollTopAt(12_345, small)).toBe(12_345)
  })

  test('a row stands where its number says, however far one has scrolled', () => {
    expect(rowTop(10, 0, 0, small)).toBe(360)
    expect(rowTop(10, 200, 200, small)).toBe(360)
  })
})

describe('above the cap', () => {
  test('the spacer stays lower than any browser allows', () => {
    expect(spacerHeight(huge)).toBe(SPACER_CAP)
  })

  test('both ends of the scroll bar reach both ends of the list', () => {
    expect(offsetAt(0, huge)).toBe(0)
    expect(offsetAt(SPACER_CAP - huge.viewHeight, huge)).toBe(maxOffset(huge))
    expect(rowsAt(maxOffset(huge), huge, 0)).toEqual({ first: 999_980, last: 999_999 })
  })

  test('there and back ends at the same row', () => {
    for (const offset of [1, 36_000, 17_000_000, maxOffset(huge) - 1]) {
      expect(offsetAt(scrollTopAt(offset, huge), huge)).toBeCloseTo(offset, 3)
    }
  })

  test('the first visible row is drawn at the top of what is on screen', () => {
    const offset = 36 * 500_000
    const scrollTop = scrollTopAt(offset, huge)
    expect(rowTop(500_000, offset, scrollTop, huge)).toBeCloseTo(scrollTop, 6)
    expect(rowTop(500_001, offset, scrollTop, huge) - scrollTop).toBeCloseTo(36, 6)
  })
})

test('an offset never leaves the list, also when the list is shorter than the screen', () => {
  expect(clampOffset(-5, small)).toBe(0)
  expect(clampOffset(1e9, small)).toBe(36_000 - 720)
  expect(clampOffset(50, { ...small, rowCount: 3 })).toBe(0)
})

test('an empty list draws nothing', () => {
  const { first, last } = rowsAt(0, { ...small, rowCount: 0 })
  expect(slotsFor(first, last)).toEqual([])
})

test('revealing moves as little as possible', () => {
  expect(offsetToReveal(5, 0, small)).toBe(0)
  expect(offsetToReveal(20, 0, small)).toBe(36)
  expect(offsetToReveal(2, 360, small)).toBe(72)
})

test('scrolling by one row leaves every other row in its slot', () => {
  const before = new Map(slotsFor(100, 129).map(({ slot, index }) => [index, slot]))
  const after = slotsFor(101, 130)

  const moved = after.filter(({ slot, index }) => before.get(index) !== slot)

  expect(moved).toEqual([{ slot: before.get(100), index: 130 }])
})
