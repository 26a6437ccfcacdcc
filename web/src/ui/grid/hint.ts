import { onBeforeUnmount, ref, type Ref } from 'vue'

const SHOWN_MILLISECONDS = 5_000

/** A word at the active cell, such as why it cannot be changed; it goes by itself. */
export function useHint(): { hint: Ref<string>; showHint(text: string): void } {
  const hint = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  onBeforeUnmount(() => clearTimeout(timer))
  return {
    hint,
    showHint(text) {
      hint.value = text
      clearTimeout(timer)
      timer = setTimeout(() => (hint.value = ''), SHOWN_MILLISECONDS)
    },
  }
}
