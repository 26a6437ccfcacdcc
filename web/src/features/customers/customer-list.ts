import { useQueryClient } from '@tanstack/vue-query'
import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend } from '@/api/backend'
import { useLive } from '@/api/live'
import type { Customer } from '@/api/types'
import { nameOf } from '@/lib/customer-name'
import { CustomerEdits, type CellEdit } from '@/features/customers/customer-edits'
import { customerSource } from '@/features/customers/customer-source'
import type { CustomerPlace } from '@/features/customers/customer-place'
import { useProblemTexts } from '@/i18n/problems'
import { useNotices } from '@/lib/notices'
import { throttled } from '@/lib/throttle'
import { cellKey } from '@/ui/grid/columns'
import { PageStore } from '@/ui/grid/page-store'

const REFRESH_MILLISECONDS = 10_000
const LIVE_MILLISECONDS = 1_000

export interface CustomerListModel {
  store: PageStore<Customer>
  edits: CustomerEdits
  /** While a cell is open the list stands still. */
  isEditing: Ref<boolean>
}

interface Owner {
  editAgain(edit: CellEdit): void
  /** An edit is saved, and can be taken back by this id. */
  remember(text: string, changeIds: (string | null)[]): void
}

/** The list at a place: its rows, the edits on their way, and what the grid's owner does with them. */
export function useCustomerList(place: CustomerPlace, owner: Owner): CustomerListModel {
  const { api } = useBackend()
  const { t } = useI18n()
  const problems = useProblemTexts()
  const notices = useNotices()
  const queries = useQueryClient()
  const isEditing = ref(false)

  const sourceHere = () => customerSource(api, place.list.value)

  const words = (key: 'edited' | 'not_saved', { customer, field }: CellEdit) =>
    t(`customers.${key}`, { name: nameOf(customer), field: t(`customers.fields.${field}`) })

  const edits: CustomerEdits = new CustomerEdits(api, (): PageStore<Customer> => store, {
    saved(edit, changeId) {
      notices.settle(cellKey(edit.customer.id, edit.field))
      owner.remember(words('edited', edit), [changeId])
      void queries.invalidateQueries({ queryKey: ['customers', edit.customer.id] })
    },
    refused(edit, problem) {
      const fault = problem.at(edit.field)
      const cause = (fault && problems.ofField(fault)) ?? problems.of(problem)
      const action = { label: t('customers.edit_again'), run: () => owner.editAgain(edit) }
      const about = cellKey(edit.customer.id, edit.field)
      notices.show({ tone: 'failed', text: words('not_saved', edit), detail: cause, action, about })
      return cause
    },
  })
  const store = new PageStore<Customer>(sourceHere(), {
    overlay: edits.overlay,
    isOlder: (arriving, present) => arriving.version < present.version,
  })
  // The place is made anew with every change of the address; only another list is another list.
  watch(() => JSON.stringify(place.list.value), () => store.restart(sourceHere()))

  const mayMove = () => !document.hidden && !isEditing.value && place.isShown.value
  const follow = throttled(LIVE_MILLISECONDS, (isAnother: boolean) => {
    if (mayMove()) void (isAnother ? store.reload() : store.refresh())
  })
  useLive(({ type }) => {
    if (type.startsWith('customer.')) follow(!type.startsWith('customer.updated'))
  })

  let timer: ReturnType<typeof setInterval> | undefined
  onMounted(() => {
    timer = setInterval(() => {
      if (mayMove()) void store.refresh()
    }, REFRESH_MILLISECONDS)
  })
  onBeforeUnmount(() => {
    clearInterval(timer)
    follow.cancel()
    store.close()
  })

  return { store, edits, isEditing }
}
