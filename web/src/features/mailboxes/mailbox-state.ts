import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend } from '@/api/backend'
import { ask, problemFrom } from '@/api/problem'
import { useFormats } from '@/i18n/formats'
import { useProblemTexts } from '@/i18n/problems'
import { useNotices } from '@/lib/notices'

const REFRESH_MILLISECONDS = 15_000

/** How the mailbox is doing, in words, and a way to read it at once. */
export function useMailboxState() {
  const { api, session } = useBackend()
  const { t } = useI18n()
  const queries = useQueryClient()
  const notices = useNotices()
  const problems = useProblemTexts()
  const formats = useFormats(() => session.user.value?.time_zone)

  const query = useQuery({
    queryKey: ['mailbox'],
    queryFn: ({ signal }) => ask(api.GET('/api/v1/mailbox', { signal })),
    refetchInterval: REFRESH_MILLISECONDS,
  })
  const sync = useMutation({
    mutationFn: () => ask(api.POST('/api/v1/mailbox/sync')),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['mailbox'] }),
    onError: (failure) => notices.show({ tone: 'failed', text: problems.of(problemFrom(failure)) }),
  })

  const state = computed(() => query.data.value?.state)
  const text = computed(() => {
    const { last_synced_at: at, error } = query.data.value ?? {}
    if (state.value === 'not_configured') return t('mailboxes.not_configured')
    if (state.value === 'syncing') return t('mailboxes.syncing')
    if (state.value === 'failed') {
      return error ? problems.of({ code: error.code, title: '', detail: error.detail }) : t('mailboxes.failed')
    }
    return at ? t('mailboxes.synced', { ago: formats.value.ago(at, query.dataUpdatedAt.value) }) : t('mailboxes.never')
  })
  const isAdmin = computed(() => session.user.value?.role === 'admin')

  return { ...query, state, text, isAdmin, formats, sync }
}
