import { ref, type Ref } from 'vue'

export interface Drawer {
  isOpen: Readonly<Ref<boolean>>
  open(): void
  close(): void
  toggle(): void
}

const STORED = 'mycrm.drawer'

function remembered(): boolean {
  try {
    return localStorage.getItem(STORED) !== 'closed'
  } catch {
    return true
  }
}

/** Whether the messages are open; the answer outlives the visit. Only a wide page has them open at first. */
export function useDrawer(): Drawer {
  const isOpen = ref(remembered() && window.innerWidth >= 900)

  function set(open: boolean): void {
    isOpen.value = open
    try {
      localStorage.setItem(STORED, open ? 'open' : 'closed')
    } catch {
      // Storage may be forbidden; the drawer then begins open next time.
    }
  }

  return { isOpen, open: () => set(true), close: () => set(false), toggle: () => set(!isOpen.value) }
}
