import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend } from '@/api/backend'
import { useLive } from '@/api/live'
import { ask, problemFrom } from '@/api/problem'
import { answerTo } from '@/api/requests'
import type { Backup } from '@/api/types'
import { useProblemTexts } from '@/i18n/problems'
import { useNotices } from '@/lib/notices'

const WATCHING_MILLISECONDS = 1_500
const RESTING_MILLISECONDS = 60_000
const PAGE = 30
const RUN = ['backups', 'run']
const VERIFY = ['backups', 'verify']

/** The copies, newest first; while one is being made or proven they are looked at often. */
export function useBackups() {
  const { api } = useBackend()
  const queries = useQueryClient()
  useLive(({ type }) => {
    if (type.startsWith('backup.')) void queries.invalidateQueries({ queryKey: ['backups', 'list'] })
  })
  const isAsked = () => queries.isMutating({ mutationKey: ['backups'] }) > 0
  const { data, ...query } = useInfiniteQuery({
    queryKey: ['backups', 'list'],
    queryFn: ({ pageParam, signal }) => {
      const place = pageParam === null ? {} : { cursor: pageParam }
      return ask(api.GET('/api/v1/backups', { params: { query: { limit: PAGE, ...place } }, signal }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => {
      const isRunning = state.data?.pages[0]?.items.some((one) => one.state === 'running') ?? false
      return isRunning || isAsked() ? WATCHING_MILLISECONDS : RESTING_MILLISECONDS
    },
  })
  return {
    ...query,
    items: computed(() => data.value?.pages.flatMap((page) => page.items)),
    proven: computed(() => data.value?.pages[0]?.proven ?? null),
  }
}

function useTold() {
  const queries = useQueryClient()
  const notices = useNotices()
  const problems = useProblemTexts()
  return {
    done: (text: string) => void notices.show({ tone: 'done', text, about: 'backup' }),
    failed(failure: unknown) {
      const problem = problemFrom(failure)
      notices.show({ tone: 'failed', text: problems.of(problem), detail: problem.detail, about: 'backup' })
    },
    refresh: () => queries.invalidateQueries({ queryKey: ['backups', 'list'] }),
  }
}

/** Makes a copy now, however long that takes. */
export function useBackupNow() {
  const { api } = useBackend()
  const { t } = useI18n()
  const told = useTold()
  return useMutation({
    mutationKey: RUN,
    async mutationFn(portable: boolean) {
      const answer = await ask(api.POST('/api/v1/backups', { body: { portable } }))
      if ('request_id' in answer) await answerTo(api, answer.request_id)
    },
    onSuccess: () => told.done(t('backups.made')),
    onError: told.failed,
    onSettled: told.refresh,
  })
}

/** Proves a copy by restoring it beside the database. */
export function useVerification() {
  const { api } = useBackend()
  const { t } = useI18n()
  const told = useTold()
  return useMutation({
    mutationKey: VERIFY,
    async mutationFn({ id }: Backup) {
      const answer = await ask(api.POST('/api/v1/backups/{id}/verify', { params: { path: { id } } }))
      if ('request_id' in answer) await answerTo(api, answer.request_id)
    },
    onSuccess: () => told.done(t('backups.proven')),
    onError: told.failed,
    onSettled: told.refresh,
  })
}

interface Host {
  host: string
  fingerprint: string
  trusted: boolean
}

/** Shows the key of the host where copies go; with its fingerprint, trusts it. */
export function useHost() {
  const { api } = useBackend()
  return useMutation({
    async mutationFn(fingerprint: string): Promise<Host> {
      const answer = await ask(api.POST('/api/v1/backups/host', { body: { fingerprint } }))
      if (!('request_id' in answer)) return answer
      await answerTo(api, answer.request_id)
      // A slow host's key is kept by then, and is asked for once more.
      const again = await ask(api.POST('/api/v1/backups/host', { body: { fingerprint } }))
      if ('request_id' in again) throw problemFrom(new TypeError(again.request_id))
      return again
    },
  })
}

/** Where a copy can be downloaded. */
export const downloadOf = ({ id }: Backup) => `/api/v1/backups/${id}/download`
