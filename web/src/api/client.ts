import createClient, { type Client } from 'openapi-fetch'
import type { paths } from '@/api/schema.gen'

export type ApiClient = Client<paths>

type Fetch = (request: Request) => Promise<Response>

export interface ClientOptions {
  fetch: Fetch
  /** Asked when the session is gone; true means that somebody signed in again and the request may be repeated. */
  renew: () => Promise<boolean>
}

const asksWhoIAm = (url: string) => /\/api\/v1\/(session|setup)$/.test(new URL(url).pathname)

/**
 * The only place that talks to the server. A request that meets an expired session waits until
 * somebody has signed in again and is then sent once more, so that no typed text is lost.
 */
export function createApiClient({ fetch, renew }: ClientOptions): ApiClient {
  const replaying: Fetch = async (request) => {
    // What the server says in words, and the first account, follow the language that the page is shown in.
    request.headers.set('Accept-Language', document.documentElement.lang)
    const again = request.clone()
    const response = await fetch(request)
    if (response.status !== 401 || asksWhoIAm(request.url)) return response
    return (await renew()) ? fetch(again) : response
  }
  return createClient<paths>({ baseUrl: location.origin, fetch: replaying })
}
