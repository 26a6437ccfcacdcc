import type { ApiClient } from '@/api/client'
import { ask } from '@/api/problem'
import type { Customer } from '@/api/types'
import { CursorSource, type PageSource } from '@/ui/grid/page-source'
import { PAGE_SIZE } from '@/ui/grid/page-store'

export interface CustomerList {
  sort: string
  onlyValid: boolean
}

/** The customers in an order and with a filter, page after page. */
export function customerSource(api: ApiClient, { sort, onlyValid }: CustomerList): PageSource<Customer> {
  return new CursorSource((cursor, signal) => {
    const query = { limit: PAGE_SIZE, sort, ...(onlyValid ? { only_valid: true } : {}), ...(cursor === null ? {} : { cursor }) }
    return ask(api.GET('/api/v1/customers', { params: { query }, signal }))
  })
}
