import { useQuery } from '@tanstack/vue-query'
import { useBackend } from '@/api/backend'
import { ask } from '@/api/problem'

/** The team's settings, as the server has them. */
export function useSettings() {
  const { api } = useBackend()
  return useQuery({ queryKey: ['settings'], queryFn: ({ signal }) => ask(api.GET('/api/v1/settings', { signal })) })
}
