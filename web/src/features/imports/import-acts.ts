import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/vue-query'
import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend, type Backend } from '@/api/backend'
import { ask, problemFrom } from '@/api/problem'
import type { Import, ImportColumns } from '@/api/types'
import { isMoving, writtenBy, type Act } from '@/features/imports/import-state'
import { useFormats } from '@/i18n/formats'
import { useProblemTexts } from '@/i18n/problems'
import { useNotices } from '@/lib/notices'
import { useUndo } from '@/lib/undo'

const WATCHING_MILLISECONDS = 500

type Api = Backend['api']

const pathOf = (id: number) => ({ params: { path: { import_id: id } } })
const ADDRESSES = {
  apply: '/api/v1/imports/{import_id}/apply', undo: '/api/v1/imports/{import_id}/undo', cancel: '/api/v1/imports/{import_id}/cancel',
} as const

const pause = () => new Promise<void>((resolve) => void setTimeout(resolve, WATCHING_MILLISECONDS))

/** Waits until the server is not at work on an import any more. */
async function settled(api: Api, one: Import): Promise<Import> {
  let now = one
  while (isMoving(now)) {
    await pause()
    now = await ask(api.GET('/api/v1/imports/{import_id}', pathOf(now.id)))
  }
  return now
}

/** What imports change is shown in many places, and each of them asks anew. */
function refresh(queries: QueryClient, one: Import): void {
  queries.setQueryData(['imports', 'one', one.id], one)
  void queries.invalidateQueries({ predicate: ({ queryKey: [first, second] }) => first !== 'imports' || second === 'list' })
}

/** One import, watched for as long as it changes. */
export function useImport(id: () => number, isBusy: () => boolean) {
  const { api } = useBackend()
  const isGoing = ref(false)
  const query = useQuery({
    queryKey: ['imports', 'one', id],
    queryFn: ({ signal }) => ask(api.GET('/api/v1/imports/{import_id}', { ...pathOf(id()), signal })),
    // What was asked for is answered only when it is done or takes long, so it is watched from the beginning.
    refetchInterval: computed(() => (isGoing.value || isBusy() ? WATCHING_MILLISECONDS : false)),
  })
  watch(query.data, (one) => (isGoing.value = one !== undefined && isMoving(one)), { immediate: true })
  return query
}

/** Taking an import back, and saying what came of it. */
function useTakingBack() {
  const { api, session } = useBackend()
  const { t } = useI18n()
  const queries = useQueryClient()
  const formats = useFormats(() => session.user.value?.time_zone)

  return async (id: number): Promise<string> => {
    const one = await settled(api, await ask(api.POST(ADDRESSES.undo, pathOf(id))))
    refresh(queries, one)
    const { reversed, kept, failed } = one.undone
    const count = formats.value.count
    const said = { name: one.file_name, reversed: count(reversed), kept: count(kept), failed: count(failed) }
    return kept + failed > 0 ? t('imports.undone_kept', said) : t('imports.undone_text', said)
  }
}

/** What can be done with an import; what goes wrong is told. */
export function useImportActs() {
  const { api, session } = useBackend()
  const { t } = useI18n()
  const queries = useQueryClient()
  const notices = useNotices()
  const problems = useProblemTexts()
  const undo = useUndo()
  const takeBack = useTakingBack()
  const formats = useFormats(() => session.user.value?.time_zone)

  const fail = (failure: unknown) => {
    notices.show({ tone: 'failed', text: problems.of(problemFrom(failure)), about: 'imports' })
    void queries.invalidateQueries({ queryKey: ['imports'] })
  }

  function tell(one: Import): void {
    if (writtenBy(one) === 0) return
    const { added, updated } = one.applied
    const said = { name: one.file_name, added: formats.value.count(added), updated: formats.value.count(updated) }
    undo.push({ text: t('imports.applied_text', said), undo: () => takeBack(one.id) })
  }

  async function act(id: number, which: Act): Promise<void> {
    const one = await settled(api, await ask(api.POST(ADDRESSES[which], pathOf(id))))
    refresh(queries, one)
    // Whoever stops an import that is being applied still has the answer to applying it on the way, which tells.
    if (which === 'apply') tell(one)
  }

  const acting = useMutation({
    mutationFn: ({ id, which }: { id: number; which: Act }) => act(id, which),
    onError: fail,
  })
  const undoing = useMutation({
    mutationFn: (id: number) => takeBack(id),
    onSuccess: (text) => {
      notices.settle('undo')
      notices.show({ tone: 'done', text, about: 'imports' })
    },
    onError: fail,
  })
  const reading = useMutation({
    mutationFn: async ({ id, columns }: { id: number; columns: ImportColumns }) => {
      const one = await ask(api.POST('/api/v1/imports/{import_id}/columns', { ...pathOf(id), body: columns }))
      refresh(queries, await settled(api, one))
    },
    onError: fail,
  })
  return { acting, undoing, reading }
}
