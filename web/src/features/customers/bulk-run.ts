/**
 * An act on many customers. The server takes some at a time, all of them or none; a longer run is several requests and
 * still one step to take back.
 */
import { ref } from 'vue'
import type { ApiClient } from '@/api/client'
import { ask, Problem, problemFrom } from '@/api/problem'
import type { BulkFields, Customer } from '@/api/types'
import { filterOf, type CustomerList } from '@/features/customers/customer-source'
import type { Selection } from '@/ui/grid/selection'

/** How many the server takes at once, and how many the page does in one go. */
const MOST_IN_ONE = 2_000
export const MOST_CHOSEN = 20_000
const PAGE = 200

export type BulkAct = { set: BulkFields } | { delete: true }

export interface Progress {
  done: number
  count: number
}

export interface Ran {
  /** How many were changed or deleted. */
  done: number
  changeIds: (string | null)[]
  /** What ended it early. */
  failure: Problem | null
}

const tooMany = () => new Problem(422, { code: 'customers_too_many' })

export class BulkRun {
  /** How far it has come, while one is under way. */
  readonly progress = ref<Progress | null>(null)

  constructor(private readonly api: ApiClient, private readonly list: () => CustomerList) {}

  async run(selection: Selection, total: number | null, act: BulkAct): Promise<Ran> {
    const ran: Ran = { done: 0, changeIds: [], failure: null }
    const count = selection.count(total)
    this.progress.value = { done: 0, count }
    try {
      if (count > MOST_CHOSEN) throw tooMany()
      await this.send(await this.idsOf(selection), act, ran)
    } catch (failure) {
      ran.failure = problemFrom(failure)
    }
    this.progress.value = null
    return ran
  }

  private async send(ids: number[], act: BulkAct, ran: Ran): Promise<void> {
    for (let from = 0; from < ids.length; from += MOST_IN_ONE) {
      this.progress.value = { done: from, count: ids.length }
      const body = { ids: ids.slice(from, from + MOST_IN_ONE), ...act }
      const answer = await ask(this.api.POST('/api/v1/customers/bulk', { body }))
      ran.changeIds.push(answer.change_id)
      ran.done += answer.changed
    }
  }

  /** Who is chosen, also those of the list that were never shown. */
  private async idsOf(selection: Selection): Promise<number[]> {
    const named = selection.named() as number[]
    if (!selection.isAll.value) return named
    const left = new Set(named)
    const ids: number[] = []
    let cursor: string | null = null
    do {
      const query = { ...filterOf(this.list()), sort: 'id', limit: PAGE, ...(cursor === null ? {} : { cursor }) }
      const page: { items: Customer[]; next_cursor: string | null } = await ask(
        this.api.GET('/api/v1/customers', { params: { query } }),
      )
      ids.push(...page.items.map(({ id }) => id).filter((id) => !left.has(id)))
      if (ids.length > MOST_CHOSEN) throw tooMany()
      cursor = page.next_cursor
    } while (cursor !== null)
    return ids
  }
}
