import { nextTick, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'

export interface SteadyScroll {
  /** How many messages have arrived above what is on screen. */
  hidden: Ref<number>
  showNewest(): void
}

/**
 * Lets messages arrive at the top without moving the one that is being read: the list scrolls down by the height of
 * the new ones, and a word above it says that they are there.
 */
export function useSteadyScroll(list: Readonly<Ref<HTMLElement | null>>, ids: () => number[]): SteadyScroll {
  const hidden = ref(0)

  function onScroll(): void {
    if (list.value !== null && list.value.scrollTop < 8) hidden.value = 0
  }

  watch(ids, async (now, before) => {
    const first = before[0]
    const arrived = first === undefined ? -1 : now.indexOf(first)
    const element = list.value
    if (element === null) return
    if (arrived < 0) hidden.value = 0
    if (arrived <= 0) return
    const height = element.scrollHeight
    const isReading = element.scrollTop > 8 || element.querySelector('[aria-expanded="true"]') !== null
    await nextTick()
    if (!isReading) return
    element.scrollTop += element.scrollHeight - height
    hidden.value += arrived
  })

  onMounted(() => list.value?.addEventListener('scroll', onScroll, { passive: true }))
  onBeforeUnmount(() => list.value?.removeEventListener('scroll', onScroll))

  return {
    hidden,
    showNewest() {
      list.value?.scrollTo({ top: 0 })
      hidden.value = 0
    },
  }
}
