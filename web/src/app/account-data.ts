import { useQueryClient } from '@tanstack/vue-query'
import { watch } from 'vue'
import { useBackend } from '@/api/backend'

/** Lets nobody see what was fetched for somebody else. */
export function useAccountData(): void {
  const { session } = useBackend()
  const queries = useQueryClient()
  watch(session.user, (now, before) => {
    if (now?.id !== before?.id) queries.clear()
  })
}
