import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend } from '@/api/backend'
import { ask, problemFrom } from '@/api/problem'
import { answerTo } from '@/api/requests'
import { useFormats } from '@/i18n/formats'
import { useProblemTexts } from '@/i18n/problems'
import { useNotices } from '@/lib/notices'

const WATCHING_MILLISECONDS = 2_000
const RESTING_MILLISECONDS = 60_000

/** How the mailbox is doing, in words, and a way to read it at once. */
export function useMailboxState() {
  const { api, session } = useBackend()
  const { t } = useI18n()
  const queries = useQueryClient()
  const notices = useNotices()
  const problems = useProblemTexts()
  const formats = useFormats(() => session.user.value?.time_zone)

  const sync = useMutation({
    mutationKey: ['mailbox', 'sync'],
    mutationFn: async () => {
      const { request_id: id } = await ask(api.POST('/api/v1/mailbox/sync'))
      return answerTo(api, id)
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['mailbox'] }),
    onError: (failure) => notices.show({ tone: 'failed', text: problems.of(problemFrom(failure)), about: 'mailbox' }),
  })
  const query = useQuery({
    queryKey: ['mailbox'],
    queryFn: ({ signal }) => ask(api.GET('/api/v1/mailbox', { signal })),
    // Whoever asks for a look wants to watch it, from before the server has begun.
    refetchInterval: ({ state }) =>
      state.data?.state === 'syncing' || sync.isPending.value ? WATCHING_MILLISECONDS : RESTING_MILLISECONDS,
  })

  const state = computed(() => query.data.value?.state)
  const isBusy = computed(() => sync.isPending.value || state.value === 'syncing')
  const text = computed(() => {
    const { last_synced_at: at, error } = query.data.value ?? {}
    if (state.value === 'not_configured') return t('mailboxes.not_configured')
    if (isBusy.value) return t('mailboxes.syncing')
    if (state.value === 'failed') {
      return error ? problems.of({ code: error.code, title: '', detail: error.detail }) : t('mailboxes.failed')
    }
    return at ? t('mailboxes.synced', { ago: formats.value.ago(at, query.dataUpdatedAt.value) }) : t('mailboxes.never')
  })
  const role = computed(() => session.user.value?.role)
  const isAdmin = computed(() => role.value === 'admin')
  const isMember = computed(() => role.value === 'admin' || role.value === 'member')

  return { ...query, state, isBusy, text, isAdmin, isMember, formats, sync }
}
