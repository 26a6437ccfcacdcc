import type { RouteLocationNormalizedLoaded } from 'vue-router'
import type { FilteredExport } from '@/api/exports'

const FIRST_SORT = 'email'
const WORDS = ['q', 'field', 'value', 'country'] as const

/** What the tab of customers shows, by its address; elsewhere all that it shows at first. */
export function shownList({ name, query }: Pick<RouteLocationNormalizedLoaded, 'name' | 'query'>): FilteredExport {
  const at = (key: string) => (name === 'customers' && typeof query[key] === 'string' ? query[key] : undefined)
  const said = Object.fromEntries(WORDS.map((key) => [key, at(key)]).filter(([, value]) => value !== undefined))
  return { ...(said as FilteredExport), only_valid: at('only_valid') !== 'false', sort: at('sort') ?? FIRST_SORT }
}
