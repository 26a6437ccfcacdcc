import { ref, type Ref } from 'vue'

const THRESHOLD = 6

interface Options {
  resize: (id: string, width: number) => void
  /** Puts a column before another one; null is the end. */
  move: (id: string, before: string | null) => void
  /** How wide a column is now. */
  widthOf: (id: string) => number
}

export interface HeaderDrag {
  /** Before which column the dragged one would land; an empty text is the end, and null is nowhere. */
  target: Ref<string | null>
  /** Whether the press that just ended was a drag, and so is no click. */
  wasDrag(): boolean
  grabEdge(event: PointerEvent, id: string): void
  grabColumn(event: PointerEvent, id: string): void
}

/** Follows the pointer until it is let go, wherever it goes. */
function follow(moved: (event: PointerEvent) => void, ended: (event: PointerEvent | null) => void): void {
  const stop = new AbortController()
  const { signal } = stop
  const end = (how: PointerEvent | null) => {
    stop.abort()
    ended(how)
  }
  window.addEventListener('pointermove', moved, { signal })
  window.addEventListener('pointerup', (up) => end(up), { signal })
  window.addEventListener('pointercancel', () => end(null), { signal })
  window.addEventListener('keydown', ({ key }) => key === 'Escape' && end(null), { signal })
}

function placeUnder(event: PointerEvent): string | null {
  const heads = [...document.querySelectorAll<HTMLElement>('[data-head]')]
  const inRow = heads.filter((head) => head.parentElement === (event.target as Element | null)?.closest('[data-heads]'))
  for (const head of inRow) {
    const { left, width } = head.getBoundingClientRect()
    if (event.clientX < left + width / 2) return head.dataset.head ?? ''
  }
  return inRow.length > 0 ? '' : null
}

/** Dragging the columns of a header: by an edge to resize, by the title to move. */
export function useHeaderDrag({ resize, move, widthOf }: Options): HeaderDrag {
  const target = ref<string | null>(null)
  let dragged = false

  return {
    target,
    wasDrag: () => dragged,
    grabEdge(event, id) {
      if (event.button !== 0) return
      event.preventDefault()
      event.stopPropagation()
      const [from, width] = [event.clientX, widthOf(id)]
      dragged = true
      follow(({ clientX }) => resize(id, width + clientX - from), (end) => end === null && resize(id, width))
    },
    grabColumn(event, id) {
      dragged = false
      if (event.button !== 0 || event.pointerType === 'touch') return
      const from = event.clientX
      const moved = (at: PointerEvent) => {
        if (!dragged && Math.abs(at.clientX - from) < THRESHOLD) return
        dragged = true
        target.value = placeUnder(at)
      }
      follow(moved, (end) => {
        const place = target.value
        target.value = null
        if (end !== null && dragged && place !== null && place !== id) move(id, place === '' ? null : place)
      })
    },
  }
}
