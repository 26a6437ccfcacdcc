import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, onScopeDispose } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend } from '@/api/backend'
import { useLive } from '@/api/live'
import { ask, problemFrom } from '@/api/problem'
import type { Customer } from '@/api/types'
import { useFormats } from '@/i18n/formats'
import { useProblemTexts } from '@/i18n/problems'
import { useNotices } from '@/lib/notices'
import { throttled } from '@/lib/throttle'
import { useUndo } from '@/lib/undo'

const REFRESH_MILLISECONDS = 20_000
const LIVE_MILLISECONDS = 1_000

/** Shows what is found as it is found; many findings at once are asked for together. */
function useLiveFindings(): void {
  const queries = useQueryClient()
  const refresh = throttled(LIVE_MILLISECONDS, () => void queries.invalidateQueries({ queryKey: ['checks'] }))
  useLive(({ type }) => {
    if (type.startsWith('customer.verified.')) refresh()
  })
  onScopeDispose(() => refresh.cancel())
}

/** Who waits, what was found lately, and how many questions are left. */
export function useCheckQueue(limit: () => number) {
  const { api } = useBackend()
  useLiveFindings()
  return useQuery({
    queryKey: computed(() => ['checks', 'queue', limit()]),
    queryFn: ({ signal }) => ask(api.GET('/api/v1/checks', { params: { query: { limit: limit() } }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MILLISECONDS,
  })
}

/** What was found about a customer's addresses, the newest first. */
export function useFindings(customerId: () => number) {
  const { api } = useBackend()
  useLiveFindings()
  return useQuery({
    queryKey: computed(() => ['checks', 'customer', customerId()]),
    queryFn: ({ signal }) =>
      ask(api.GET('/api/v1/customers/{customer_id}/checks', { params: { path: { customer_id: customerId() } }, signal })),
    refetchInterval: REFRESH_MILLISECONDS,
  })
}

/** The customer as it is now. */
export function useChecked(customerId: () => number) {
  const { api } = useBackend()
  return useQuery({
    queryKey: computed(() => ['customers', customerId()]),
    queryFn: ({ signal }) =>
      ask(api.GET('/api/v1/customers/{customer_id}', { params: { path: { customer_id: customerId() } }, signal })),
  })
}

function useFreshness() {
  const queries = useQueryClient()
  return async () => {
    await queries.invalidateQueries({ queryKey: ['checks'] })
    await queries.invalidateQueries({ queryKey: ['customers'] })
  }
}

/** Puts an address in front of the queue; a check that takes long goes on behind, and that is said. */
export function useCheckNow(customerId: () => number) {
  const { api, session } = useBackend()
  const { t } = useI18n()
  const notices = useNotices()
  const problems = useProblemTexts()
  const formats = useFormats(() => session.user.value?.time_zone)
  const refresh = useFreshness()

  const later = (expected: string | null) =>
    expected === null ? t('checks.later') : t('checks.later_about', { at: formats.value.dateTime(expected) })
  return useMutation({
    mutationFn: () => ask(api.POST('/api/v1/customers/{customer_id}/check', { params: { path: { customer_id: customerId() } } })),
    onSuccess: (answer) => {
      if (!('verdict' in answer)) notices.show({ tone: 'info', text: later(answer.expected_at), about: 'check' })
    },
    onSettled: refresh,
    onError: (failure) => notices.show({ tone: 'failed', text: problems.of(problemFrom(failure)), about: 'check' }),
  })
}

/** Sets the validity by hand, which counts more than what was found before; it can be taken back. */
export function useCorrection() {
  const { api } = useBackend()
  const { t } = useI18n()
  const notices = useNotices()
  const problems = useProblemTexts()
  const refresh = useFreshness()
  const undo = useUndo()

  async function put(id: number, valid: Customer['valid']): Promise<void> {
    await ask(api.PATCH('/api/v1/customers/{customer_id}', { params: { path: { customer_id: id } }, body: { valid } }))
    await refresh()
  }
  return useMutation({
    mutationFn: ({ customer, valid }: { customer: Customer; valid: Customer['valid'] }) => put(customer.id, valid),
    onSuccess: (_, { customer, valid }) => {
      const text = t('checks.corrected', { email: customer.email, valid: t(`customers.valid.${valid}`) })
      undo.push({ text, undo: () => put(customer.id, customer.valid) })
    },
    onError: (failure) => notices.show({ tone: 'failed', text: problems.of(problemFrom(failure)), about: 'check' }),
  })
}
