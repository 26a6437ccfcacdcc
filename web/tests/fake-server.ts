/** Stands in for the network: answers requests by method and path, and remembers what it was asked. */
export interface Asked {
  method: string
  path: string
  query: URLSearchParams
  headers: Headers
  body: unknown
}

type Answer = Response | object | undefined
export type Handler = (asked: Asked) => Answer | Promise<Answer>

export class FakeServer {
  readonly asked: Asked[] = []
  private readonly handlers = new Map<string, Handler>()

  /** Answers `GET /customers` and the like; the newest answer for a route wins. */
  on(route: string, handler: Handler): this {
    this.handlers.set(route, handler)
    return this
  }

  /** The requests for a route, oldest first. */
  askedFor(route: string): Asked[] {
    return this.asked.filter(({ method, path }) => `${method} ${path}` === route)
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    const url = new URL(request.url)
    const path = url.pathname.replace('/api/v1', '')
    const text = await request.text()
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    const asked = { method: request.method, path, query: url.searchParams, headers: request.headers, body }
    this.asked.push(asked)
    const handler = this.handlers.get(`${asked.method} ${path}`)
    if (handler === undefined) return problem(404, 'not_found')
    const answer = await handler(asked)
    return answer instanceof Response ? answer : Response.json(answer ?? {}, { status: 200 })
  }
}

/** A refusal as the server words it. */
export function problem(status: number, code: string, errors: { field: string; code: string }[] = []): Response {
  const body = { code, title: code, status, detail: '', errors: errors.map((error) => ({ ...error, message: error.code })) }
  return Response.json(body, { status, headers: { 'Content-Type': 'application/problem+json' } })
}
