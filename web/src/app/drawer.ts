import { onScopeDispose, ref, type Ref } from 'vue'

/**
 * How the messages stand at the side. Peeking they lie over the list and fold when the pointer leaves; open and pinned
 * they stand beside it and stay. Pinned outlives the visit, and so does folded.
 */
export type DrawerState = 'folded' | 'peeking' | 'open' | 'pinned'

export interface Drawer {
  state: Readonly<Ref<DrawerState>>
  open(): void
  close(): void
  toggle(): void
  togglePin(): void
  /** The folded bar was pressed. */
  peek(): void
  /** The pointer came to the folded bar or to the messages. */
  enter(): void
  leave(): void
}

const STORED = 'mycrm.drawer'
const WIDE = 900
export const OPEN_AFTER = 200
export const FOLD_AFTER = 400

function remembered(): string | null {
  try {
    return localStorage.getItem(STORED)
  } catch {
    return null
  }
}

function remember(value: string): void {
  try {
    localStorage.setItem(STORED, value)
  } catch {
    // Storage may be forbidden; the messages then begin open next time.
  }
}

/** As the page is entered: on a wide one the messages are there, unless they were closed the last time. */
function first(): DrawerState {
  const last = remembered()
  if (window.innerWidth < WIDE || last === 'closed') return 'folded'
  return last === 'pinned' ? 'pinned' : 'open'
}

export function useDrawer(): Drawer {
  const state = ref<DrawerState>(first())
  let timer: ReturnType<typeof setTimeout> | undefined

  function show(next: DrawerState): void {
    clearTimeout(timer)
    state.value = next
  }

  function settle(next: 'folded' | 'open' | 'pinned'): void {
    show(next)
    remember(next === 'folded' ? 'closed' : next)
  }

  const later = (milliseconds: number, from: DrawerState, next: DrawerState) => {
    clearTimeout(timer)
    if (state.value === from) timer = setTimeout(() => show(next), milliseconds)
  }

  onScopeDispose(() => clearTimeout(timer))
  return {
    state,
    open: () => (state.value === 'pinned' ? show('pinned') : settle('open')),
    close: () => settle('folded'),
    toggle: () => settle(state.value === 'folded' || state.value === 'peeking' ? 'open' : 'folded'),
    togglePin: () => settle(state.value === 'pinned' ? 'open' : 'pinned'),
    peek: () => show('peeking'),
    enter: () => later(OPEN_AFTER, 'folded', 'peeking'),
    leave: () => later(FOLD_AFTER, 'peeking', 'folded'),
  }
}
