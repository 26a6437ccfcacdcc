import { computed, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'
import {
  clampOffset, isCapped, offsetAt, offsetToReveal, rowsAt, rowTop, scrollTopAt, type Extent,
} from '@/ui/grid/window'

const LINE = 1 // WheelEvent.DOM_DELTA_LINE

interface Shape {
  rowCount: number
  rowHeight: number
  headerHeight: number
}

/** Ties the window mathematics to a scrolling element. */
export class Viewport {
  private readonly offset = ref(0)
  private readonly scrollTop = ref(0)
  private readonly viewHeight = ref(0)

  readonly extent = computed<Extent>(() => {
    const { rowCount, rowHeight } = this.shape()
    return { rowCount, rowHeight, viewHeight: this.viewHeight.value }
  })
  readonly capped = computed(() => isCapped(this.extent.value))
  readonly first = computed(() => rowsAt(this.offset.value, this.extent.value).first)
  readonly last = computed(() => rowsAt(this.offset.value, this.extent.value).last)
  /** -1 while moving towards the first row, 1 towards the last. */
  readonly direction = ref(1)

  constructor(
    private readonly scroller: Readonly<Ref<HTMLElement | null>>,
    private readonly shape: () => Shape,
  ) {}

  /** Where a row stands inside the spacer. */
  topOf(index: number): number {
    return rowTop(index, this.offset.value, this.scrollTop.value, this.extent.value)
  }

  /** Whether at least a part of the row is on screen. */
  isVisible(index: number): boolean {
    const top = index * this.extent.value.rowHeight - this.offset.value
    return top > -this.extent.value.rowHeight && top < this.viewHeight.value
  }

  /** How many pixels are left under a row. */
  roomBelow(index: number): number {
    const { rowHeight, viewHeight } = this.extent.value
    return viewHeight - ((index + 1) * rowHeight - this.offset.value)
  }

  /** Scrolls as little as possible so that the whole row is on screen. */
  reveal(index: number): void {
    const next = offsetToReveal(index, this.offset.value, this.extent.value)
    if (next !== this.offset.value) this.moveTo(next)
  }

  moveBy(pixels: number): void {
    this.moveTo(this.offset.value + pixels)
  }

  /** Follows the scroll bar. */
  readonly onScroll = (): void => {
    const top = this.scroller.value?.scrollTop ?? 0
    // This is the echo of moveTo; going through the map again would lose the exact offset.
    if (this.capped.value && Math.abs(top - this.scrollTop.value) < 1) return
    this.scrollTop.value = top
    this.goTo(offsetAt(top, this.extent.value))
  }

  /** Moves a capped list by its real rows; elsewhere the browser scrolls without asking the page. */
  readonly onWheel = (event: WheelEvent): void => {
    if (event.ctrlKey || event.deltaY === 0) return
    event.preventDefault()
    this.moveBy(event.deltaY * (event.deltaMode === LINE ? this.extent.value.rowHeight : 1))
  }

  readonly measure = (): void => {
    this.viewHeight.value = Math.max(0, (this.scroller.value?.clientHeight ?? 0) - this.shape().headerHeight)
  }

  private goTo(next: number): void {
    this.direction.value = next < this.offset.value ? -1 : 1
    this.offset.value = next
  }

  private moveTo(wanted: number): void {
    const next = clampOffset(wanted, this.extent.value)
    this.goTo(next)
    if (this.scroller.value === null) return
    this.scroller.value.scrollTop = scrollTopAt(next, this.extent.value)
    // The browser rounds what it is given; the rows must stand relative to what it made of it.
    this.scrollTop.value = this.scroller.value.scrollTop
  }
}

/** A viewport that lives as long as the component that calls this. */
export function useViewport(scroller: Readonly<Ref<HTMLElement | null>>, shape: () => Shape): Viewport {
  const viewport = new Viewport(scroller, shape)
  const observer = new ResizeObserver(viewport.measure)

  watch([viewport.capped, scroller], ([isCappedNow, element], _before, cleanUp) => {
    if (!isCappedNow || element === null) return
    element.addEventListener('wheel', viewport.onWheel, { passive: false })
    cleanUp(() => element.removeEventListener('wheel', viewport.onWheel))
  })
  onMounted(() => {
    viewport.measure()
    if (scroller.value !== null) observer.observe(scroller.value)
  })
  onBeforeUnmount(() => observer.disconnect())
  return viewport
}
