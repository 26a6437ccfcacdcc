import { computed, type ComputedRef } from 'vue'
import { useListPlace, type ListPlace } from '@/lib/list-place'

const FIRST_SORT = 'email'

export interface CustomerPlace extends Omit<ListPlace, 'at' | 'go'> {
  sort: ComputedRef<string>
  onlyValid: ComputedRef<boolean>
  dialog: ComputedRef<string | null>
  go(part: { sort?: string; onlyValid?: boolean; dialog?: string | null }): void
}

/** Where in the list of customers one is: its order, its filter, and the dialog that stands over it. */
export function useCustomerPlace(): CustomerPlace {
  const { selected, isShown, select, at, go } = useListPlace('customers')
  return {
    selected, isShown, select,
    sort: computed(() => at('sort') ?? FIRST_SORT),
    onlyValid: computed(() => at('only_valid') !== 'false'),
    dialog: computed(() => at('dialog')),
    go({ sort, onlyValid, dialog }) {
      go({
        ...(sort === undefined ? {} : { sort: sort === FIRST_SORT ? null : sort }),
        ...(onlyValid === undefined ? {} : { only_valid: onlyValid ? null : 'false' }),
        ...(dialog === undefined ? {} : { dialog }),
      })
    },
  }
}
