import { computed, reactive, ref, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { useBackend } from '@/api/backend'
import { askChange } from '@/api/changes'
import { ask, problemFrom } from '@/api/problem'
import type { Customer, CustomerPatch } from '@/api/types'

export const WINDOW_FIELDS = [
  'name', 'email', 'company', 'importance', 'valid', 'country', 'address', 'phone', 'website', 'comment',
] as const
type Field = (typeof WINDOW_FIELDS)[number]
export type CustomerValues = Pick<Customer, Field>

export interface CustomerForm {
  /** The customer as the server knows it; null until it has answered. */
  known: ShallowRef<Customer | null>
  values: CustomerValues
  isChanged: ComputedRef<boolean>
  /** Somebody else has saved meanwhile: what is saved next is put over that. */
  isOvertaken: Readonly<ShallowRef<boolean>>
  load(): Promise<void>
  /** Saves what was changed, and nothing else; the id takes it back. */
  save(): Promise<{ data: Customer; changeId: string | null } | null>
}

const empty = (): CustomerValues => ({
  name: '', email: '', company: '', importance: 0, valid: 2, country: '', address: '', phone: '', website: '', comment: '',
})

/** All fields of one customer, to be changed and saved together. */
export function useCustomerForm(customerId: () => number): CustomerForm {
  const { api } = useBackend()
  const known = shallowRef<Customer | null>(null)
  const isOvertaken = ref(false)
  const values = reactive(empty())
  const changes = computed(() => WINDOW_FIELDS.filter((field) => known.value !== null && values[field] !== known.value[field]))

  const params = () => ({ path: { customer_id: customerId() } })
  const fetched = () => ask(api.GET('/api/v1/customers/{customer_id}', { params: params() }))

  function take(customer: Customer, kept: readonly Field[] = []): void {
    const taken = WINDOW_FIELDS.filter((field) => !kept.includes(field))
    Object.assign(values, Object.fromEntries(taken.map((field) => [field, customer[field]])))
    known.value = customer
  }

  async function save(): Promise<{ data: Customer; changeId: string | null } | null> {
    if (known.value === null || changes.value.length === 0) return null
    const body = Object.fromEntries(changes.value.map((field) => [field, values[field]])) as CustomerPatch
    const headers = { 'If-Match': `"${known.value.version}"` }
    try {
      const saved = await askChange(api.PATCH('/api/v1/customers/{customer_id}', { params: params(), headers, body }))
      isOvertaken.value = false
      take(saved.data)
      return saved
    } catch (failure) {
      if (problemFrom(failure).code === 'customer_version_stale') {
        isOvertaken.value = true
        take(await fetched(), [...changes.value])
      }
      throw failure
    }
  }

  return {
    known, values, isOvertaken, save,
    isChanged: computed(() => changes.value.length > 0),
    load: async () => take(await fetched(), isOvertaken.value ? changes.value : []),
  }
}
