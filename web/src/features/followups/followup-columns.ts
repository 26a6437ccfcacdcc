import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend } from '@/api/backend'
import type { Followup } from '@/api/types'
import { isSnoozed } from '@/features/followups/followup-marks'
import { reasonOf } from '@/features/followups/followup-reason'
import type { View } from '@/features/followups/followup-place'
import StarsCell from '@/features/followups/stars-cell.vue'
import { useFormats } from '@/i18n/formats'
import { plainText } from '@/lib/plain-text'
import type { FixedColumn } from '@/ui/grid/columns'

type Words = (key: string, values?: Record<string, unknown>) => string
type TextField = 'name' | 'email' | 'company' | 'country' | 'phone'

// The grid is only read and never asks why a cell cannot be edited.
const column = (known: Omit<FixedColumn<Followup>, 'kind' | 'why'>): FixedColumn<Followup> => ({
  kind: 'fixed', why: '', sortable: true, ...known,
})

const textColumn = (t: Words, id: TextField, width: number) =>
  column({ id, title: t(`customers.fields.${id}`), width, text: (row) => row[id] })

/** The columns in the reader's language; the list of those who were put off says until when instead of why. */
export function useFollowupColumns(view: () => View): ComputedRef<FixedColumn<Followup>[]> {
  const { session } = useBackend()
  const { t } = useI18n()
  const formats = useFormats(() => session.user.value?.time_zone)

  const ago = (at: string | undefined) => (at === undefined ? '' : formats.value.daysAgo(at, Date.now()))
  const date = (at: string | null) => (at === null ? t('followups.never') : formats.value.date(at))

  function why(row: Followup): string {
    const { key, own, company } = reasonOf(row)
    return t(`followups.reasons.${key}`, { own: ago(own), company: ago(company) })
  }

  function putOff(row: Followup): string {
    if (isSnoozed(row)) return t('followups.snoozed_until', { date: formats.value.date(row.snoozed_until ?? '') })
    return row.done_at === null ? '' : t('followups.done_on', { date: formats.value.date(row.done_at) })
  }

  return computed(() => [
    textColumn(t as Words, 'name', 140),
    textColumn(t as Words, 'email', 210),
    column({
      id: 'importance', title: t('customers.fields.importance'), width: 112, cell: StarsCell,
      text: (row) => t('customers.stars', { count: row.importance }),
    }),
    textColumn(t as Words, 'company', 170),
    view() === 'due'
      ? column({ id: 'why', title: t('followups.why'), width: 330, sortable: false, text: why })
      : column({ id: 'put_off', title: t('followups.put_off'), width: 200, sortable: false, text: putOff }),
    column({
      id: 'last_contact_date', title: t('customers.fields.last_contact_date'), width: 120,
      text: (row) => date(row.last_contact_date),
    }),
    column({
      id: 'company_last_contact', title: t('followups.company_last_contact'), width: 150,
      text: (row) => (row.company.trim() === '' ? '' : date(row.company_last_contact)),
    }),
    column({ id: 'due_since', title: t('followups.due_since'), width: 120, sortable: false, text: (row) => row.due_since ?? '' }),
    textColumn(t as Words, 'country', 110),
    textColumn(t as Words, 'phone', 150),
    column({ id: 'comment', title: t('customers.fields.comment'), width: 220, text: (row) => plainText(row.comment) }),
  ])
}
