import { cleanup, configure } from '@testing-library/vue'
import { afterEach, vi } from 'vitest'

// Generous: a busy machine must not turn a right page red.
configure({ asyncUtilTimeout: 10_000 })

// jsdom lays nothing out: every element is given the size of a small window, and nothing ever changes its size.
class SilentObserver implements ResizeObserver {
  observe = () => undefined
  unobserve = () => undefined
  disconnect = () => undefined
}
vi.stubGlobal('ResizeObserver', SilentObserver)
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 756 })
Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 1200 })
// Nor does it know media or draw on a canvas: the theme is light, and widths of text are guessed.
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }))
HTMLCanvasElement.prototype.getContext = () => null
Element.prototype.checkVisibility ??= () => true
Element.prototype.scrollTo ??= () => undefined

afterEach(() => {
  cleanup()
  localStorage.clear()
})
