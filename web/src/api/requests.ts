import type { ApiClient } from '@/api/client'
import { ask, Problem } from '@/api/problem'
import type { RequestAnswer } from '@/api/types'

const PAUSE_MILLISECONDS = 1_000
const MOST_LOOKS = 600

const pause = () => new Promise<void>((resolve) => void setTimeout(resolve, PAUSE_MILLISECONDS))

/** Waits until a request that was answered with 202 is done; what went wrong with it is thrown as a `Problem`. */
export async function answerTo(api: ApiClient, requestId: string, signal?: AbortSignal): Promise<RequestAnswer> {
  const params = { path: { request_id: requestId } }
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const { answer } = await ask(api.GET('/api/v1/requests/{request_id}', { params, ...(signal && { signal }) }))
    if (answer?.ok === true) return answer
    if (answer !== null) throw new Problem(422, { code: answer.code, detail: answer.detail })
    await pause()
  }
  throw new Problem(0, { code: 'request_timed_out' })
}
