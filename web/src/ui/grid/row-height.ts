import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

const USUAL = 36

function measured(): number {
  return Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue('--row-height'), 10) || USUAL
}

/** How high a row is; it follows the density that the reader has chosen. */
export function useRowHeight(): Readonly<Ref<number>> {
  const height = ref(measured())
  const density = new MutationObserver(() => (height.value = measured()))
  onMounted(() => density.observe(document.documentElement, { attributeFilter: ['data-density'] }))
  onBeforeUnmount(() => density.disconnect())
  return height
}
