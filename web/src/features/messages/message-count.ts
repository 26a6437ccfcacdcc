import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { useBackend } from '@/api/backend'
import { ask } from '@/api/problem'

export const REFRESH_MILLISECONDS = 10_000

/** How many messages a customer has; without a customer, how many system messages there are. */
export function useMessageCount(customerId: () => number | null): Ref<number | undefined> {
  const { api } = useBackend()
  const { data } = useQuery({
    queryKey: computed(() => ['messages', 'count', customerId()]),
    queryFn: ({ signal }) => {
      const id = customerId()
      const query = id === null ? { type: 'system' as const } : { customer_id: id }
      return ask(api.GET('/api/v1/messages/count', { params: { query }, signal }))
    },
    refetchInterval: REFRESH_MILLISECONDS,
  })
  return computed(() => data.value?.count)
}
