import { useInfiniteQuery, useQuery, useQueryClient, type InfiniteData } from '@tanstack/vue-query'
import { computed, watch, type ComputedRef } from 'vue'
import { useBackend, type Backend } from '@/api/backend'
import { ask } from '@/api/problem'
import type { Message, MessagePage } from '@/api/types'
import { REFRESH_MILLISECONDS } from '@/features/messages/message-count'

const PAGE = 20

const keyOf = (customer: number | null) => ['messages', 'list', customer]
const nextCursor = (page: MessagePage) => page.next_cursor ?? null

type Loaded = InfiniteData<MessagePage, string | null>

function fetchPage({ api }: Backend, customer: number | null, cursor: string | null, signal: AbortSignal): Promise<MessagePage> {
  const query = { limit: PAGE, ...(cursor === null ? {} : { cursor }) }
  if (customer === null) {
    return ask(api.GET('/api/v1/messages', { params: { query: { ...query, type: 'system' } }, signal }))
  }
  const path = { customer_id: customer }
  return ask(api.GET('/api/v1/customers/{customer_id}/messages', { params: { path, query }, signal }))
}

/**
 * The newest page laid over what is loaded: new messages come in front, known ones keep their place and identity.
 * Null when more arrived than one page holds, so that only a fresh start leaves no gap.
 */
export function withNewest(loaded: Loaded, newest: MessagePage): Loaded | null {
  const known = new Set(loaded.pages.flatMap((page) => page.items.map(({ id }) => id)))
  const arrived = newest.items.filter(({ id }) => !known.has(id))
  if (arrived.length === 0) return loaded
  if (arrived.length === newest.items.length && known.size > 0 && newest.next_cursor != null) return null
  const [first, ...rest] = loaded.pages
  if (first === undefined) return null
  const front = { ...first, items: [...arrived, ...first.items] }
  return { ...loaded, pages: [front, ...rest] }
}

/** The messages of a customer, or the system's, newest first; new ones appear by themselves. */
export function useMessages(customerId: () => number | null) {
  const backend = useBackend()
  const queries = useQueryClient()
  const key = computed(() => keyOf(customerId()))

  const list = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => fetchPage(backend, customerId(), pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: nextCursor,
    refetchOnWindowFocus: false,
  })

  // Only the newest page is asked for again and again, however many older ones are open.
  const newest = useQuery({
    queryKey: computed(() => ['messages', 'newest', customerId()]),
    queryFn: ({ signal }) => fetchPage(backend, customerId(), null, signal),
    enabled: computed(() => list.isSuccess.value),
    refetchInterval: REFRESH_MILLISECONDS,
  })
  watch(newest.data, (page) => {
    const loaded = queries.getQueryData<Loaded>(key.value)
    if (page === undefined || loaded === undefined) return
    const merged = withNewest(loaded, page)
    if (merged === null) void queries.resetQueries({ queryKey: key.value })
    else if (merged !== loaded) queries.setQueryData(key.value, merged)
  })

  const messages: ComputedRef<Message[]> = computed(() => list.data.value?.pages.flatMap((page) => page.items) ?? [])
  return { ...list, messages }
}

/** Fetches what a customer's drawer will show, so that nobody waits for it when its turn comes. */
export function usePrefetchedMessages(): (customerId: number) => void {
  const backend = useBackend()
  const queries = useQueryClient()
  return (customerId) => {
    void queries.prefetchInfiniteQuery({
      queryKey: keyOf(customerId),
      queryFn: ({ pageParam, signal }) => fetchPage(backend, customerId, pageParam, signal),
      initialPageParam: null as string | null,
      getNextPageParam: nextCursor,
    })
  }
}
