/**
 * Edits of cells. The new value is shown at once and saved behind. Edits of one customer wait for each other, because
 * each needs the version that the one before it made. What the server refuses goes back visibly, and the typed text
 * is kept with the cause, so that nothing has to be typed again.
 */
import { shallowReactive } from 'vue'
import { askChange } from '@/api/changes'
import type { ApiClient } from '@/api/client'
import { ask, problemFrom, type Problem } from '@/api/problem'
import type { Customer, CustomerPatch } from '@/api/types'
import { cellKey, type Refusal } from '@/ui/grid/columns'
import type { PageStore } from '@/ui/grid/page-store'

type Field = keyof CustomerPatch & keyof Customer & string

export interface CellEdit {
  customer: Customer
  field: Field
  value: string | number
  typed: string
}

export interface Outcome {
  /** The server's words for a refusal. */
  refused(edit: CellEdit, problem: Problem): string
  /** `changeId` takes it back; there is none where nothing was changed. */
  saved(edit: CellEdit, changeId: string | null): void
}

interface Saved {
  data: Customer
  changeId: string | null
}

const MOST_ATTEMPTS = 3

/** Somebody else has changed the same field meanwhile; their value stands. */
class Overtaken extends Error {
  constructor(readonly problem: Problem, readonly current: Customer) {
    super(problem.message)
  }
}

export class CustomerEdits {
  /** Values that the server did not take, by cell. */
  readonly refusals = shallowReactive(new Map<string, Refusal>())
  private readonly pending = new Map<number, Partial<Customer>>()
  private readonly turns = new Map<number, Promise<void>>()

  constructor(
    private readonly api: ApiClient,
    private readonly store: () => PageStore<Customer>,
    private readonly outcome: Outcome,
  ) {}

  /** Lays the edits that are still on their way over a row that the server sent. */
  readonly overlay = (row: Customer): Customer => {
    const values = this.pending.get(row.id)
    return values === undefined ? row : { ...row, ...values }
  }

  /** Shows a new value at once and saves it behind; the promise ends when the server has answered. */
  save(edit: CellEdit): Promise<void> {
    const { customer: { id }, field, value } = edit
    this.refusals.delete(cellKey(id, field))
    this.pending.set(id, { ...this.pending.get(id), [field]: value })
    const before = this.row(id) ?? edit.customer
    this.store().replace(this.overlay(before))
    const turn = (this.turns.get(id) ?? Promise.resolve()).then(() => this.send(edit))
    this.turns.set(id, turn)
    return turn
  }

  private row(id: number): Customer | undefined {
    return this.store().rowAt(this.store().indexOf(id))
  }

  private async send(edit: CellEdit): Promise<void> {
    const { customer, field } = edit
    try {
      const { data, changeId } = await this.patch(edit, this.row(customer.id)?.version ?? customer.version, MOST_ATTEMPTS)
      this.settle(edit, data)
      this.outcome.saved(edit, changeId)
    } catch (failure) {
      const row = this.row(customer.id) ?? customer
      const problem = failure instanceof Overtaken ? failure.problem : problemFrom(failure)
      this.settle(edit, failure instanceof Overtaken ? failure.current : { ...row, [field]: customer[field] })
      if (problem.status === 404) this.store().remove(customer.id)
      const cause = this.outcome.refused(edit, problem)
      this.refusals.set(cellKey(customer.id, field), { typed: edit.typed, cause })
    }
  }

  private async patch(edit: CellEdit, version: number, attempts: number): Promise<Saved> {
    const { customer, field, value } = edit
    const params = { path: { customer_id: customer.id } }
    const headers = { 'If-Match': `"${version}"` }
    try {
      const body = { [field]: value }
      return await askChange(this.api.PATCH('/api/v1/customers/{customer_id}', { params, headers, body }))
    } catch (failure) {
      if (problemFrom(failure).code !== 'customer_version_stale' || attempts <= 1) throw failure
      const current = await ask(this.api.GET('/api/v1/customers/{customer_id}', { params }))
      if (current[field] !== customer[field]) throw new Overtaken(problemFrom(failure), current)
      // Somebody changed another field meanwhile: both changes can stand.
      return this.patch(edit, current.version, attempts - 1)
    }
  }

  /** Puts the server's state of a row in place, under what is still on its way. */
  private settle({ customer: { id }, field, value }: CellEdit, row: Customer): void {
    // A later edit of the same cell is still waiting for its turn and stays on screen.
    const rest = Object.entries(this.pending.get(id) ?? {}).filter((entry) => entry[0] !== field || entry[1] !== value)
    if (rest.length === 0) this.pending.delete(id)
    else this.pending.set(id, Object.fromEntries(rest))
    this.store().replace(this.overlay(row))
  }
}
