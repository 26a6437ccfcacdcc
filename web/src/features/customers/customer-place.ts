import { computed, type ComputedRef } from 'vue'
import { SEARCH_FIELDS, type CustomerList, type CustomerSearch } from '@/features/customers/customer-source'
import { useListPlace, type ListPlace } from '@/lib/list-place'

const FIRST_SORT = 'email'

interface Part {
  sort?: string
  onlyValid?: boolean
  dialog?: string | null
  search?: CustomerSearch
}

export interface CustomerPlace extends Omit<ListPlace, 'at' | 'go'> {
  list: ComputedRef<CustomerList>
  dialog: ComputedRef<string | null>
  go(part: Part, how?: 'push' | 'replace'): void
}

function addressOf({ field, text }: CustomerSearch): Record<string, string | null> {
  const said = text.trim() === '' ? null : text
  return field === null ? { q: said, field: null, value: null } : { q: null, field, value: said }
}

/** Where in the list of customers one is: its order, its search, its filter, and the dialog that stands over it. */
export function useCustomerPlace(): CustomerPlace {
  const { selected, isShown, select, at, go } = useListPlace('customers')
  const list = computed<CustomerList>(() => {
    const field = SEARCH_FIELDS.find((one) => one === at('field')) ?? null
    return {
      sort: at('sort') ?? FIRST_SORT,
      onlyValid: at('only_valid') !== 'false',
      search: { field, text: (field === null ? at('q') : at('value')) ?? '' },
    }
  })
  return {
    selected, isShown, select, list,
    dialog: computed(() => at('dialog')),
    go({ sort, onlyValid, dialog, search }, how) {
      const part = {
        ...(sort === undefined ? {} : { sort: sort === FIRST_SORT ? null : sort }),
        ...(onlyValid === undefined ? {} : { only_valid: onlyValid ? null : 'false' }),
        ...(dialog === undefined ? {} : { dialog }),
        ...(search === undefined ? {} : addressOf(search)),
      }
      go(part, how)
    },
  }
}
