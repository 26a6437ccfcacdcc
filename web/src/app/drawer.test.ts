import { effectScope, type EffectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FOLD_AFTER, OPEN_AFTER, useDrawer, type Drawer } from '@/app/drawer'

let scope: EffectScope

function aDrawer(last = 'closed'): Drawer {
  localStorage.setItem('mycrm.drawer', last)
  scope = effectScope()
  return scope.run(useDrawer)!
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('innerWidth', 1280)
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the folded bar', () => {
  test('opens the messages when the pointer rests on it, not when it passes', () => {
    const drawer = aDrawer()
    drawer.enter()
    vi.advanceTimersByTime(OPEN_AFTER - 1)
    drawer.leave()
    vi.advanceTimersByTime(5_000)
    expect(drawer.state.value).toBe('folded')
    drawer.enter()
    vi.advanceTimersByTime(OPEN_AFTER)
    expect(drawer.state.value).toBe('peeking')
  })

  test('opens them at once when it is pressed', () => {
    const drawer = aDrawer()
    drawer.peek()
    expect(drawer.state.value).toBe('peeking')
  })
})

describe('messages opened from the bar', () => {
  test('fold when the pointer has left them for a while', () => {
    const drawer = aDrawer()
    drawer.peek()
    drawer.leave()
    vi.advanceTimersByTime(FOLD_AFTER - 1)
    expect(drawer.state.value).toBe('peeking')
    vi.advanceTimersByTime(1)
    expect(drawer.state.value).toBe('folded')
  })

  test('stay when the pointer comes back in time', () => {
    const drawer = aDrawer()
    drawer.peek()
    drawer.leave()
    vi.advanceTimersByTime(FOLD_AFTER - 1)
    drawer.enter()
    vi.advanceTimersByTime(5_000)
    expect(drawer.state.value).toBe('peeking')
  })

  test('stay once they are pinned, also at the next visit', () => {
    const drawer = aDrawer()
    drawer.peek()
    drawer.togglePin()
    drawer.leave()
    vi.advanceTimersByTime(5_000)
    expect(drawer.state.value).toBe('pinned')
    scope.stop()
    expect(aDrawer(localStorage.getItem('mycrm.drawer')!).state.value).toBe('pinned')
  })
})

test('messages opened by the menu or a key stay when the pointer leaves', () => {
  const drawer = aDrawer()
  drawer.toggle()
  drawer.leave()
  vi.advanceTimersByTime(5_000)
  expect(drawer.state.value).toBe('open')
  drawer.toggle()
  expect(drawer.state.value).toBe('folded')
})

test('closing wins over a pointer that is still there', () => {
  const drawer = aDrawer()
  drawer.enter()
  vi.advanceTimersByTime(OPEN_AFTER)
  drawer.close()
  vi.advanceTimersByTime(5_000)
  expect(drawer.state.value).toBe('folded')
})
