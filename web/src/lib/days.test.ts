import { expect, test } from 'vitest'
import { dayAfter, daysBetween, mondayOf } from '@/lib/days'

test('days are counted over the ends of months and years, and backwards', () => {
  expect(daysBetween('2026-12-30', '2027-01-02')).toBe(3)
  expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2)
  expect(daysBetween('2026-05-02', '2026-05-01')).toBe(-1)
  expect(dayAfter('2026-12-31', 1)).toBe('2027-01-01')
})

test.each([
  ['2026-W01', '2025-12-29'],
  ['2026-W47', '2026-11-16'],
  ['2026-W53', '2026-12-28'],
  ['2027-W01', '2027-01-04'],
  ['2021-W01', '2021-01-04'],
])('%s begins on %s', (week, monday) => {
  expect(mondayOf(week)).toBe(monday)
})
