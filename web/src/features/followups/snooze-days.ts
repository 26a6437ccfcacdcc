import { ref, watch, type Ref } from 'vue'

export const SNOOZES = [1, 3, 7, 14, 30] as const
const STORED = 'mycrm.snooze'
const USUAL = 3

function remembered(): number {
  try {
    return SNOOZES.find((days) => String(days) === localStorage.getItem(STORED)) ?? USUAL
  } catch {
    return USUAL
  }
}

/** For how long this person snoozes, as it was chosen last. */
export function useSnoozeDays(): Ref<number> {
  const days = ref(remembered())
  watch(days, (now) => {
    try {
      localStorage.setItem(STORED, String(now))
    } catch {
      // Storage may be forbidden; the next visit then begins with the usual days.
    }
  })
  return days
}
