import { computed, reactive, watch, type ComputedRef } from 'vue'
import { useRoute, useRouter, type RouteLocationNormalizedLoaded } from 'vue-router'
import type { Tab } from '@/lib/feature'

export interface OpenTab extends Tab {
  key: string
  params: Record<string, string>
  /** Where the tab was left, with its order and filter. */
  place: string
  isCurrent: boolean
}

export interface OpenTabs {
  list: ComputedRef<OpenTab[]>
  close(key: string): void
}

interface Visited {
  name: string
  params: Record<string, string>
  place: string
}

const withoutDialog = (fullPath: string) => fullPath.replace(/([?&])dialog=[^&]*&?/, '$1').replace(/[?&]$/, '')

function visit(route: RouteLocationNormalizedLoaded): Visited {
  const params = Object.fromEntries(Object.entries(route.params).map(([name, value]) => [name, String(value)]))
  return { name: String(route.name), params, place: withoutDialog(route.fullPath) }
}

/** The tabs of the strip: the fixed ones, and each closable one that was opened. */
export function useOpenTabs(tabs: () => Tab[]): OpenTabs {
  const route = useRoute()
  const router = useRouter()
  // By path, in the order of the first visit.
  const visited = reactive(new Map<string, Visited>())

  watch(() => route.fullPath, () => {
    if (tabs().some(({ name }) => name === route.name)) visited.set(route.path, visit(route))
  }, { immediate: true })

  const list = computed(() => {
    const open = (tab: Tab, key: string, here?: Visited): OpenTab => ({
      ...tab, key, params: here?.params ?? {}, place: here?.place ?? key, isCurrent: route.path === key,
    })
    const fixed = tabs().filter(({ closable }) => closable !== true)
    const closable = [...visited].flatMap(([path, here]) =>
      tabs().filter((tab) => tab.closable === true && tab.name === here.name).map((tab) => open(tab, path, here)),
    )
    return [...fixed.map((tab) => open(tab, tab.path, visited.get(tab.path))), ...closable]
  })

  function close(key: string): void {
    const index = list.value.findIndex((tab) => tab.key === key)
    const neighbour = list.value[index - 1]
    visited.delete(key)
    if (route.path === key) void router.push(neighbour?.place ?? '/')
  }

  return { list, close }
}
