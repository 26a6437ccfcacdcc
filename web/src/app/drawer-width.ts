import { computed, ref, type ComputedRef } from 'vue'

const STORED = 'mycrm.drawer-width'
const FIRST = 400
export const NARROWEST = 300
export const WIDEST = 800

function remembered(): number {
  try {
    return Number(localStorage.getItem(STORED)) || FIRST
  } catch {
    return FIRST
  }
}

const within = (pixels: number) => Math.round(Math.min(WIDEST, Math.max(NARROWEST, pixels)))

export interface DrawerWidth {
  pixels: ComputedRef<number>
  change(pixels: number): void
  keep(): void
}

/** How wide the messages are; it outlives the visit. */
export function useDrawerWidth(): DrawerWidth {
  const chosen = ref(within(remembered()))
  return {
    pixels: computed(() => chosen.value),
    change: (pixels) => (chosen.value = within(pixels)),
    keep() {
      try {
        localStorage.setItem(STORED, String(chosen.value))
      } catch {
        // Storage may be forbidden; the width then is the usual one next time.
      }
    },
  }
}
