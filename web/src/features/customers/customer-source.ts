import type { ApiClient } from '@/api/client'
import { ask } from '@/api/problem'
import type { Customer } from '@/api/types'
import { NearSource } from '@/ui/grid/near-source'
import type { PageSource } from '@/ui/grid/page-source'
import { PAGE_SIZE } from '@/ui/grid/page-store'

/** The fields that can be searched one by one, in the order of the old page's menu. */
export const SEARCH_FIELDS = [
  'email', 'name', 'importance', 'company', 'country', 'address', 'phone', 'website', 'comment',
] as const
export type SearchField = (typeof SEARCH_FIELDS)[number]

export interface CustomerSearch {
  /** null is all of them at once. */
  field: SearchField | null
  text: string
}

export interface CustomerList {
  sort: string
  onlyValid: boolean
  search: CustomerSearch
}

/** Which customers are on the list, as the API is asked for them. */
export function filterOf({ onlyValid, search: { field, text } }: Omit<CustomerList, 'sort'>) {
  const said = text.trim()
  const search = field === null ? { q: said } : { field, value: said }
  return { ...(onlyValid ? { only_valid: true } : {}), ...(said === '' ? {} : search) }
}

/** The customers in an order and with a filter, page after page or from anywhere. */
export function customerSource(api: ApiClient, list: CustomerList): PageSource<Customer> {
  const filter = filterOf(list)
  return new NearSource((place, signal) => {
    return ask(api.GET('/api/v1/customers', { params: { query: { ...place, ...filter, sort: list.sort } }, signal }))
  }, PAGE_SIZE)
}
