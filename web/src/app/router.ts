import { createRouter, createWebHistory, type Router } from 'vue-router'
import type { Tab } from '@/lib/feature'

/** One route per tab; an address that leads nowhere leads to the first tab. */
export function createPageRouter(tabs: Tab[]): Router {
  const routes = tabs.map(({ name, path, component }) => ({ name, path, component }))
  const first = tabs[0]?.path ?? '/'
  return createRouter({
    history: createWebHistory(),
    routes: [...routes, { path: '/:anything(.*)*', redirect: (to) => ({ path: first, query: to.query }) }],
  })
}
