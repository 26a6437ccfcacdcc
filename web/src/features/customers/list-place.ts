import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'

// Browsers refuse a page that rewrites its address with every repeat of a held arrow key.
const ADDRESS_DELAY_MILLISECONDS = 200
const FIRST_SORT = 'email'

export interface ListPlace {
  sort: ComputedRef<string>
  onlyValid: ComputedRef<boolean>
  selected: Readonly<Ref<number | null>>
  dialog: ComputedRef<string | null>
  isShown: ComputedRef<boolean>
  go(part: { sort?: string; onlyValid?: boolean; dialog?: string | null }): void
  select(id: number | null): void
}

const one = (value: LocationQuery[string] | undefined) => (typeof value === 'string' ? value : null)

function customerIn(query: LocationQuery): number | null {
  const id = Number(one(query.customer))
  return Number.isInteger(id) && id > 0 ? id : null
}

/** Where in the list one is. It lives in the address, so that back, reload and a sent link lead there again. */
export function useListPlace(name: string): ListPlace {
  const route = useRoute()
  const router = useRouter()
  const query = ref<LocationQuery>(route.query)
  const selected = ref(customerIn(route.query))
  const isShown = computed(() => route.name === name)
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
    sort: computed(() => one(query.value.sort) ?? FIRST_SORT),
    onlyValid: computed(() => one(query.value.only_valid) !== 'false'),
    dialog: computed(() => one(query.value.dialog)),
    go({ sort, onlyValid, dialog }) {
      const next: Record<string, unknown> = { ...route.query }
      if (sort !== undefined) next.sort = sort === FIRST_SORT ? undefined : sort
      if (onlyValid !== undefined) next.only_valid = onlyValid ? undefined : 'false'
      if (dialog !== undefined) next.dialog = dialog ?? undefined
      void router.push({ query: next as LocationQuery })
    },
    select(id) {
      selected.value = id
      clearTimeout(timer)
      timer = setTimeout(settle, ADDRESS_DELAY_MILLISECONDS)
    },
  }
}
