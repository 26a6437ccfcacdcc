import type { ApiClient } from '@/api/client'
import { ask, type Answer } from '@/api/problem'
import type { components } from '@/api/schema.gen'

export type Undone = components['schemas']['UndoneView']

const HEADER = 'Change-Id'

/** Waits for the answer to a write: its data, and the id by which it can be taken back if anything was changed. */
export async function askChange<T>(answer: Promise<Answer<T>>): Promise<{ data: T; changeId: string | null }> {
  const data = await ask(answer)
  const { response } = await answer
  return { data, changeId: response.headers.get(HEADER) }
}

/** Takes back what one write did, customer by customer, where nobody has changed it since. */
export function takeBack(api: ApiClient, changeId: string): Promise<Undone> {
  return ask(api.POST('/api/v1/customers/changes/{change_id}/undo', { params: { path: { change_id: changeId } } }))
}
