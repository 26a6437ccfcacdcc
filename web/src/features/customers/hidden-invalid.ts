import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { useBackend } from '@/api/backend'
import { ask } from '@/api/problem'

/** Whether an empty list is empty only because it leaves out invalid customers; asked only when the list is empty. */
export function useHiddenInvalid(isEmpty: () => boolean): ComputedRef<boolean> {
  const { api } = useBackend()
  const { data } = useQuery({
    queryKey: ['customers', 'any'],
    queryFn: ({ signal }) => ask(api.GET('/api/v1/customers', { params: { query: { limit: 1 } }, signal })),
    enabled: isEmpty,
    staleTime: 0,
  })
  return computed(() => isEmpty() && (data.value?.items.length ?? 0) > 0)
}
