import { onBeforeUnmount, onMounted, watch } from 'vue'
import { useBackend } from '@/api/backend'
import { ask } from '@/api/problem'
import type { Followup } from '@/api/types'
import type { FollowupPlace } from '@/features/followups/followup-place'
import { CursorSource, type PageSource } from '@/ui/grid/page-source'
import { PAGE_SIZE, PageStore } from '@/ui/grid/page-store'

const REFRESH_MILLISECONDS = 10_000

/** The list at a place. Each change of the rule asks anew; the settings are asked by the server until then. */
export function useFollowupList(place: FollowupPlace): PageStore<Followup> {
  const { api } = useBackend()

  function sourceHere(): PageSource<Followup> {
    const query = { limit: PAGE_SIZE, sort: place.sort.value, hidden: place.view.value === 'hidden', ...place.rule.value }
    return new CursorSource((cursor, signal) => {
      const page = cursor === null ? query : { ...query, cursor }
      return ask(api.GET('/api/v1/followups', { params: { query: page }, signal }))
    })
  }

  const store = new PageStore<Followup>(sourceHere())
  // The first answer of the settings changes nothing: the server has used them already.
  watch([place.sort, place.view, place.rule], ([sort, view, rule], [sortBefore, viewBefore, ruleBefore]) => {
    const isSame = sort === sortBefore && view === viewBefore
    if (isSame && (ruleBefore === null ? !place.differs.value : JSON.stringify(rule) === JSON.stringify(ruleBefore))) return
    store.restart(sourceHere())
  })

  let timer: ReturnType<typeof setInterval> | undefined
  onMounted(() => {
    timer = setInterval(() => {
      if (!document.hidden && place.isShown.value) void store.refresh()
    }, REFRESH_MILLISECONDS)
  })
  onBeforeUnmount(() => {
    clearInterval(timer)
    store.close()
  })
  return store
}
