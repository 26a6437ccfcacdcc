import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { render, type RenderResult } from '@testing-library/vue'
import { defineComponent, h, type App, type Component } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { createBackend, provideBackend, type Backend } from '@/api/backend'
import type { User } from '@/api/types'
import { undoWords } from '@/app/undo-words'
import { showLanguage, texts } from '@/i18n'
import { createNotices, provideNotices, type Notices } from '@/lib/notices'
import { createUndo, provideUndo, useUndoKey, type UndoStack } from '@/lib/undo'
import { aUser } from './builders'
import type { FakeServer } from './fake-server'

export interface Shown extends RenderResult {
  backend: Backend
  notices: Notices
  undo: UndoStack
  queries: QueryClient
  router: Router
}

interface Showing {
  props?: object
  user?: User
  /** The address of the tab that the part stands in; the tab has the name of its first step. */
  address?: string
  /** The pattern of that address, when it has parameters. */
  path?: string
}

/** Shows a part of the page, in English, to somebody who is signed in. */
export async function show(
  component: Component, server: FakeServer, { props = {}, user = aUser(), address = '/', path = '/:rest(.*)*' }: Showing = {},
): Promise<Shown> {
  server.on('GET /me', () => user)
  const backend = createBackend(server.fetch)
  await backend.session.start()
  await showLanguage('en')
  const notices = createNotices()
  const undo = createUndo(notices, undoWords)
  const name = /\w+/.exec(address)?.[0] ?? 'first'
  const blank = defineComponent({ render: () => h('div') })
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path, name, component: blank }] })
  await router.push(address)
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const wiring = {
    install(app: App) {
      provideBackend(app, backend)
      provideNotices(app, notices)
      provideUndo(app, undo)
    },
  }
  const plugins = [texts, router, [VueQueryPlugin, { queryClient: queries }] as [typeof VueQueryPlugin, object], wiring]
  // Ctrl+Z is the whole page's, so it is heard here as the page would.
  const page = defineComponent({
    inheritAttrs: false,
    setup(_, { attrs }) {
      useUndoKey(undo)
      return () => h(component, attrs)
    },
  })
  const result = render(page, { attrs: props as Record<string, unknown>, global: { plugins } })
  return Object.assign(result, { backend, notices, undo, queries, router })
}
