/**
 * Putting customers off, being done with them, and taking that back. A row stays, dimmed, until the server has
 * answered, so that the list never says what is not so; the cursor has gone on long before.
 */
import { shallowReactive } from 'vue'
import type { ApiClient } from '@/api/client'
import { ask, problemFrom, type Problem } from '@/api/problem'
import type { Followup } from '@/api/types'
import type { PageStore } from '@/ui/grid/page-store'

export interface Outcome {
  /** The server has agreed; `until` is when a snooze ends, and without `takeBack` there is nothing to undo. */
  marked(row: Followup, mark: 'snoozed' | 'finished' | 'woken', more: { until?: string | null; takeBack?: () => Promise<void> }): void
  /** The mark was taken back, and the row is on the list again. */
  returned(row: Followup): void
  failed(row: Followup, problem: Problem): void
}

/** Whether a snooze still keeps the customer off the list. */
export function isSnoozed({ snoozed_until: until }: Followup): boolean {
  return until !== null && Date.parse(until) > Date.now()
}

const params = ({ id }: Followup) => ({ params: { path: { customer_id: id } } })

export class FollowupMarks {
  /** The rows that are on their way off the list. */
  readonly leaving = shallowReactive(new Set<number>())

  constructor(
    private readonly api: ApiClient,
    private readonly store: PageStore<Followup>,
    private readonly outcome: Outcome,
  ) {}

  async snooze(row: Followup, days: number): Promise<void> {
    const request = () => ask(this.api.POST('/api/v1/followups/{customer_id}/snooze', { ...params(row), body: { days } }))
    const answer = await this.leave(row, request)
    if (answer === null) return
    const takeBack = () => this.takeBack(row, () => this.unsnooze(row))
    this.outcome.marked(row, 'snoozed', { until: answer.snoozed_until, takeBack })
  }

  async finish(row: Followup): Promise<void> {
    const answer = await this.leave(row, () => ask(this.api.POST('/api/v1/followups/{customer_id}/done', params(row))))
    if (answer === null) return
    this.outcome.marked(row, 'finished', { takeBack: () => this.takeBack(row, () => this.reopen(row)) })
  }

  /** Puts somebody back on the list who was put off. */
  async wake(row: Followup): Promise<void> {
    const request = async () => {
      await (isSnoozed(row) ? this.unsnooze(row) : this.reopen(row))
      return row
    }
    if ((await this.leave(row, request)) !== null) this.outcome.marked(row, 'woken', {})
  }

  private unsnooze(row: Followup): Promise<unknown> {
    return ask(this.api.DELETE('/api/v1/followups/{customer_id}/snooze', params(row)))
  }

  private reopen(row: Followup): Promise<unknown> {
    return ask(this.api.DELETE('/api/v1/followups/{customer_id}/done', params(row)))
  }

  /** Takes a row off the list as soon as the server has agreed; null when it has not, or is being asked already. */
  private async leave<Answer>(row: Followup, request: () => Promise<Answer>): Promise<Answer | null> {
    if (this.leaving.has(row.id)) return null
    this.leaving.add(row.id)
    try {
      const answer = await request()
      // A list that is still on its way would bring the row back.
      this.store.close()
      this.store.remove(row.id)
      return answer
    } catch (failure) {
      this.outcome.failed(row, problemFrom(failure))
      void this.store.refresh()
      return null
    } finally {
      this.leaving.delete(row.id)
    }
  }

  private async takeBack(row: Followup, request: () => Promise<unknown>): Promise<void> {
    await request()
    await this.store.reload()
    this.outcome.returned(row)
  }
}
