import { inject, type App, type InjectionKey } from 'vue'
import { createApiClient, type ApiClient } from '@/api/client'
import { Session } from '@/api/session'

export interface Backend {
  api: ApiClient
  session: Session
}

const KEY: InjectionKey<Backend> = Symbol('backend')

/** The client and the session it carries, wired to each other. */
export function createBackend(fetch: (request: Request) => Promise<Response>): Backend {
  const session: Session = new Session(() => api)
  const api: ApiClient = createApiClient({ fetch, renew: () => session.renew() })
  return { api, session }
}

/** Makes the backend reachable for every component of the page. */
export function provideBackend(app: App, backend: Backend): void {
  app.provide(KEY, backend)
}

/** The backend that the page was started with. */
export function useBackend(): Backend {
  const backend = inject(KEY)
  if (backend === undefined) throw new Error('the page was started without a backend')
  return backend
}
