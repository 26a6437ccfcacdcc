import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend } from '@/api/backend'
import { ask, problemFrom } from '@/api/problem'
import { answerTo } from '@/api/requests'
import type { HeldMail } from '@/api/types'
import { useProblemTexts } from '@/i18n/problems'
import { useNotices } from '@/lib/notices'

export const keyOf = (mail: HeldMail) => `${mail.folder_id}:${mail.uid}`
const pathOf = ({ folder_id, uid }: HeldMail) => ({ path: { folder_id, uid } })

/** Where the kept beginning of a held mail lies. */
export const beginningOf = ({ folder_id, uid }: HeldMail) => `/api/v1/mailbox/held/${folder_id}/${uid}/beginning`

function save(url: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = ''
  link.click()
}

/** The mail that is held back, page by page. */
export function useHeldList() {
  const { api } = useBackend()
  const query = useInfiniteQuery({
    queryKey: ['mailbox', 'held'],
    queryFn: ({ pageParam, signal }) => {
      const params = { query: { limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) } }
      return ask(api.GET('/api/v1/mailbox/held', { params, signal }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })
  const mails = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? [])
  return { ...query, mails }
}

/** Reading held mail again: one (null: all), and saying what came of it. */
export function useRetry() {
  const { api } = useBackend()
  const { t } = useI18n()
  const queries = useQueryClient()
  const notices = useNotices()
  const problems = useProblemTexts()

  async function retry(mail: HeldMail | null): Promise<number | null> {
    const answer = await ask(
      mail === null
        ? api.POST('/api/v1/mailbox/held/retry')
        : api.POST('/api/v1/mailbox/held/{folder_id}/{uid}/retry', { params: pathOf(mail) }),
    )
    if ('still_held' in answer) return answer.still_held
    await answerTo(api, answer.request_id)
    return null
  }

  return useMutation({
    mutationFn: retry,
    onSuccess: (left, mail) => {
      const words = mail === null ? 'all' : 'one'
      if (left === null) notices.show({ tone: 'done', text: t('mailboxes.retry_done'), about: 'held' })
      else if (left === 0) notices.show({ tone: 'done', text: t(`mailboxes.retried.${words}`), about: 'held' })
      else notices.show({ tone: 'info', text: t(`mailboxes.still_held.${words}`), about: 'held' })
    },
    onError: (failure) => notices.show({ tone: 'failed', text: problems.of(problemFrom(failure)), about: 'held' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['mailbox'] }),
  })
}

/** Fetching all of a held mail from the mail server, and saving it as a file. */
export function useDownload() {
  const { api } = useBackend()
  const notices = useNotices()
  const problems = useProblemTexts()

  return useMutation({
    mutationFn: async (mail: HeldMail) => {
      const params = pathOf(mail)
      const { request_id: id } = await ask(api.POST('/api/v1/mailbox/held/{folder_id}/{uid}/copy', { params }))
      await answerTo(api, id)
      save(`/api/v1/mailbox/copies/${id}`)
    },
    onError: (failure) => notices.show({ tone: 'failed', text: problems.of(problemFrom(failure)), about: 'held' }),
  })
}
