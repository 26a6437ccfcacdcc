import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { throttled } from '@/lib/throttle'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the first call runs at once, the last one always, and the rest not', () => {
  const seen: number[] = []
  const call = throttled(40, (value: number) => void seen.push(value))
  call(1)
  call(2)
  call(3)
  expect(seen).toEqual([1])
  vi.advanceTimersByTime(40)
  expect(seen).toEqual([1, 3])
  vi.advanceTimersByTime(400)
  expect(seen).toEqual([1, 3])
})

test('a cancelled call never runs', () => {
  const seen: number[] = []
  const call = throttled(40, (value: number) => void seen.push(value))
  call(1)
  call(2)
  call.cancel()
  vi.advanceTimersByTime(400)
  expect(seen).toEqual([1])
})
