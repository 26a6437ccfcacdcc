import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'

// Browsers refuse a page that rewrites its address with every repeat of a held arrow key.
const ADDRESS_DELAY_MILLISECONDS = 200

export interface ListPlace {
  selected: Readonly<Ref<number | null>>
  isShown: ComputedRef<boolean>
  /** What the address says under a name. */
  at(name: string): string | null
  /** Goes elsewhere in the list; null takes a name out of the address. Replacing leaves no step to go back to. */
  go(part: Record<string, string | null>, how?: 'push' | 'replace'): void
  select(id: number | null): void
}

const one = (value: LocationQuery[string] | undefined) => (typeof value === 'string' ? value : null)

function customerIn(query: LocationQuery): number | null {
  const id = Number(one(query.customer))
  return Number.isInteger(id) && id > 0 ? id : null
}

/**
 * Where one is in a list of customers. It lives in the address of the tab of that name, so that back, reload and a
 * sent link lead there again.
 */
export function useListPlace(tab: string): ListPlace {
  const route = useRoute()
  const router = useRouter()
  const query = ref<LocationQuery>(route.query)
  const selected = ref(customerIn(route.query))
  const isShown = computed(() => route.name === tab)
  let timer: ReturnType<typeof setTimeout> | undefined

  watch(() => route.query, (now) => {
    // The page is kept while another tab is shown; that tab's address is none of its business.
    if (!isShown.value) return
    query.value = now
    if (timer === undefined) selected.value = customerIn(now)
  })

  function settle(): void {
    timer = undefined
    if (!isShown.value) return
    const { customer: _, ...rest } = route.query
    void router.replace({ query: selected.value === null ? rest : { ...rest, customer: String(selected.value) } })
  }

  return {
    selected, isShown,
    at: (name) => one(query.value[name]),
    go(part, how = 'push') {
      const next: Record<string, unknown> = { ...route.query }
      for (const [name, value] of Object.entries(part)) next[name] = value ?? undefined
      void router[how]({ query: next as LocationQuery })
    },
    select(id) {
      selected.value = id
      clearTimeout(timer)
      timer = setTimeout(settle, ADDRESS_DELAY_MILLISECONDS)
    },
  }
}
