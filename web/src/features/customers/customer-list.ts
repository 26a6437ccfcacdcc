import { useQueryClient } from '@tanstack/vue-query'
import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend } from '@/api/backend'
import { ask, problemFrom } from '@/api/problem'
import type { Customer } from '@/api/types'
import { CustomerEdits, type CellEdit } from '@/features/customers/customer-edits'
import { customerSource } from '@/features/customers/customer-source'
import type { CustomerPlace } from '@/features/customers/customer-place'
import { useProblemTexts } from '@/i18n/problems'
import { useNotices } from '@/lib/notices'
import { cellKey } from '@/ui/grid/columns'
import { PageStore } from '@/ui/grid/page-store'

const REFRESH_MILLISECONDS = 10_000

export interface CustomerListModel {
  store: PageStore<Customer>
  edits: CustomerEdits
  /** While a cell is open the list stands still. */
  isEditing: Ref<boolean>
  remove(customer: Customer): Promise<void>
}

const nameOf = (customer: Customer) => customer.name || customer.email

/** The list at a place: its rows, the edits on their way, and what the grid's owner does with them. */
export function useCustomerList(place: CustomerPlace, editAgain: (edit: CellEdit) => void): CustomerListModel {
  const { api } = useBackend()
  const { t } = useI18n()
  const problems = useProblemTexts()
  const notices = useNotices()
  const queries = useQueryClient()
  const isEditing = ref(false)

  const sourceHere = () => customerSource(api, { sort: place.sort.value, onlyValid: place.onlyValid.value })

  const edits: CustomerEdits = new CustomerEdits(api, (): PageStore<Customer> => store, {
    saved({ customer, field }) {
      notices.settle(cellKey(customer.id, field))
      void queries.invalidateQueries({ queryKey: ['customers', customer.id] })
    },
    refused(edit, problem) {
      const fault = problem.at(edit.field)
      const cause = (fault && problems.ofField(fault)) ?? problems.of(problem)
      const text = t('customers.not_saved', { name: nameOf(edit.customer), field: t(`customers.fields.${edit.field}`) })
      const action = { label: t('customers.edit_again'), run: () => editAgain(edit) }
      notices.show({ tone: 'failed', text, detail: cause, action, about: cellKey(edit.customer.id, edit.field) })
      return cause
    },
  })
  const store = new PageStore<Customer>(sourceHere(), {
    overlay: edits.overlay,
    isOlder: (arriving, present) => arriving.version < present.version,
  })
  watch([place.sort, place.onlyValid], () => store.restart(sourceHere()))

  async function remove(customer: Customer): Promise<void> {
    const params = { path: { customer_id: customer.id } }
    const headers = { 'If-Match': `"${customer.version}"` }
    try {
      await ask(api.DELETE('/api/v1/customers/{customer_id}', { params, headers }))
    } catch (failure) {
      const problem = problemFrom(failure)
      if (problem.status !== 404) {
        const text = t('customers.not_deleted', { name: nameOf(customer) })
        notices.show({ tone: 'failed', text, detail: problems.of(problem) })
        return store.refresh()
      }
    }
    store.remove(customer.id)
    notices.show({ tone: 'done', text: t('customers.deleted', { name: nameOf(customer) }) })
  }

  let timer: ReturnType<typeof setInterval> | undefined
  onMounted(() => {
    timer = setInterval(() => {
      if (!document.hidden && !isEditing.value && place.isShown.value) void store.refresh()
    }, REFRESH_MILLISECONDS)
  })
  onBeforeUnmount(() => {
    clearInterval(timer)
    store.close()
  })

  return { store, edits, isEditing, remove }
}
