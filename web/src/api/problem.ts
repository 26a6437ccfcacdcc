/** What went wrong with a request, in the server's words: every failed call ends as one of these. */
export interface FieldError {
  field: string
  code: string
  message: string
}

interface ProblemBody {
  code?: string
  title?: string
  detail?: string | null
  errors?: FieldError[] | null
}

export class Problem extends Error {
  readonly code: string
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly errors: readonly FieldError[]

  constructor(status: number, body: ProblemBody) {
    super(body.title ?? body.code ?? `HTTP ${status}`)
    this.name = 'Problem'
    this.status = status
    this.code = body.code ?? (status >= 500 || status === 0 ? 'server_error' : 'request_refused')
    this.title = body.title ?? ''
    this.detail = body.detail ?? ''
    this.errors = body.errors ?? []
  }

  /** The error that belongs to one field, if there is one. */
  at(field: string): FieldError | undefined {
    return this.errors.find((error) => error.field === field)
  }
}

/** Whether a failure only says that nobody waits for the answer any more. */
export function isAbort(failure: unknown): boolean {
  return failure instanceof DOMException && failure.name === 'AbortError'
}

/** Turns whatever was thrown into a problem; a refused connection becomes the code `offline`. */
export function problemFrom(failure: unknown): Problem {
  if (failure instanceof Problem) return failure
  if (failure instanceof TypeError) return new Problem(0, { code: 'offline', title: failure.message })
  return new Problem(0, { code: 'unexpected', title: String(failure) })
}

export interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** Waits for an answer of the client and gives its data, or throws a `Problem`. */
export async function ask<T>(answer: Promise<Answer<T>>): Promise<T> {
  let result: Answer<T>
  try {
    result = await answer
  } catch (failure) {
    throw isAbort(failure) ? failure : problemFrom(failure)
  }
  if (result.response.ok) return result.data as T
  const body = typeof result.error === 'object' && result.error !== null ? result.error : {}
  throw new Problem(result.response.status, body)
}
