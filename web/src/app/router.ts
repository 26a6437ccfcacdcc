import { createRouter, createWebHistory, type Router } from 'vue-router'
import { allTexts, languageNamed } from '@/i18n'
import type { Tab } from '@/lib/feature'

/** One route per tab; an address that leads nowhere leads to the first tab. */
export function createPageRouter(tabs: Tab[]): Router {
  const routes = tabs.map(({ name, path, component }) => ({ name, path, component }))
  const first = tabs[0]?.path ?? '/'
  const router = createRouter({
    history: createWebHistory(),
    routes: [...routes, { path: '/:anything(.*)*', redirect: (to) => ({ path: first, query: to.query }) }],
  })
  // The texts of the first screen are there from the beginning; those of the others are waited for.
  router.beforeResolve(async ({ path, query }) => {
    const isFirst = path === first && query.dialog === undefined
    if (!isFirst) await allTexts(languageNamed(document.documentElement.lang)).catch(() => undefined)
  })
  return router
}
