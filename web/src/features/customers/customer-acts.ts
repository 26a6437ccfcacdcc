import { useQueryClient } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend } from '@/api/backend'
import { askChange } from '@/api/changes'
import { problemFrom, type Problem } from '@/api/problem'
import type { Customer } from '@/api/types'
import { BulkRun, MOST_CHOSEN, type BulkAct, type Progress, type Ran } from '@/features/customers/bulk-run'
import { useChanges, type Remember } from '@/features/customers/customer-changes'
import { nameOf } from '@/lib/customer-name'
import type { CustomerList } from '@/features/customers/customer-source'
import { useFormats } from '@/i18n/formats'
import { useProblemTexts } from '@/i18n/problems'
import { useNotices } from '@/lib/notices'
import type { Selection } from '@/ui/grid/selection'

export interface CustomerActs {
  /** How far an act on many has come, while one is under way. */
  progress: Ref<Progress | null>
  remove(customer: Customer): Promise<void>
  onMany(selection: Selection, total: number | null, act: BulkAct): Promise<void>
  remember: Remember
}

interface Owner {
  list(): CustomerList
  /** The row is gone from the server. */
  removed(id: number): void
  /** The server has other customers than before. */
  changed(): void
}

/** What people do to the customers of a list beside editing a cell, each with what is said of it and a way back. */
export function useCustomerActs(owner: Owner): CustomerActs {
  const { api, session } = useBackend()
  const { t } = useI18n()
  const problems = useProblemTexts()
  const notices = useNotices()
  const queries = useQueryClient()
  const formats = useFormats(() => session.user.value?.time_zone)
  const many = new BulkRun(api, () => owner.list())

  function changed(): void {
    owner.changed()
    void queries.invalidateQueries({ queryKey: ['customers'] })
  }
  const remember = useChanges(changed)
  const failed = (text: string, detail: string) => void notices.show({ tone: 'failed', text, detail })

  async function remove(customer: Customer): Promise<void> {
    const params = { path: { customer_id: customer.id } }
    const headers = { 'If-Match': `"${customer.version}"` }
    let changeId: string | null = null
    try {
      changeId = (await askChange(api.DELETE('/api/v1/customers/{customer_id}', { params, headers }))).changeId
    } catch (failure) {
      const problem = problemFrom(failure)
      if (problem.status !== 404) {
        failed(t('customers.not_deleted', { name: nameOf(customer) }), problems.of(problem))
        return owner.changed()
      }
    }
    owner.removed(customer.id)
    remember(t('customers.deleted', { name: nameOf(customer) }), [changeId])
  }

  const causeOf = (problem: Problem) =>
    problem.code === 'customers_too_many'
      ? t('customers.bulk.too_many', { most: formats.value.count(MOST_CHOSEN) })
      : problems.of(problem)

  function tell({ done, changeIds, failure }: Ran, count: number, isDelete: boolean): void {
    const said = { done: formats.value.count(done), count: formats.value.count(failure ? count : done) }
    if (failure === null && done === 0) return void notices.show({ tone: 'info', text: t('customers.bulk.unchanged') })
    const whole = isDelete ? t('customers.bulk.deleted', said) : t('customers.bulk.changed', said)
    const words = failure === null ? whole : t('customers.bulk.some_failed', said)
    if (done > 0) remember(words, changeIds)
    if (failure !== null) failed(done > 0 ? words : t('customers.bulk.failed'), causeOf(failure))
  }

  async function onMany(selection: Selection, total: number | null, act: BulkAct): Promise<void> {
    if (many.progress.value !== null) return
    const isDelete = 'delete' in act
    const count = selection.count(total)
    const ran = await many.run(selection, total, act)
    if (isDelete && ran.failure === null) selection.clear()
    tell(ran, count, isDelete)
    changed()
  }

  return { progress: many.progress, remove, onMany, remember }
}
