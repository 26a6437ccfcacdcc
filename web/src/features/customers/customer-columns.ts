import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend } from '@/api/backend'
import type { Customer } from '@/api/types'
import ImportanceCell from '@/features/customers/importance-cell.vue'
import ValidityCell from '@/features/customers/validity-cell.vue'
import { useFormats, type Formats } from '@/i18n/formats'
import { plainText } from '@/lib/plain-text'
import type { ChoiceColumn, Column, FixedColumn, TextColumn } from '@/ui/grid/columns'

type Words = (key: string, values?: Record<string, unknown>) => string
type TextField = 'name' | 'email' | 'company' | 'country' | 'address' | 'phone' | 'website'

function textColumn(t: Words, id: TextField, width: number, more: Partial<TextColumn<Customer>> = {}): TextColumn<Customer> {
  return { kind: 'text', id, title: t(`customers.fields.${id}`), width, sortable: true, text: (row) => row[id] ?? '', ...more }
}

function importanceColumn(t: Words): ChoiceColumn<Customer> {
  const choices = [0, 1, 2, 3, 4, 5].map((value) => ({
    value, key: String(value), label: value === 0 ? t('customers.no_stars') : '★'.repeat(value),
  }))
  return {
    kind: 'choice', id: 'importance', title: t('customers.fields.importance'), width: 112, sortable: true, choices,
    cell: ImportanceCell,
    value: (row) => row.importance,
    text: (row) => t('customers.stars', { count: row.importance }),
  }
}

function validColumn(t: Words): ChoiceColumn<Customer> {
  const choices = [1, 2, 0].map((value) => ({ value, key: String(value), label: t(`customers.valid.${value}`) }))
  return {
    kind: 'choice', id: 'valid', title: t('customers.fields.valid'), width: 124, sortable: true, choices,
    cell: ValidityCell,
    value: (row) => row.valid,
    text: (row) => t(`customers.valid.${row.valid}`),
  }
}

function fixedColumns(t: Words, formats: () => Formats): Record<'comment' | 'contact' | 'check', FixedColumn<Customer>> {
  return {
    comment: {
      kind: 'fixed', id: 'comment', title: t('customers.fields.comment'), width: 220, sortable: true,
      why: t('customers.why.comment'), opens: true, text: (row) => plainText(row.comment ?? ''),
    },
    contact: {
      kind: 'fixed', id: 'last_contact_date', title: t('customers.fields.last_contact_date'), width: 140, sortable: true,
      why: t('customers.why.last_contact_date'),
      text: (row) => (row.last_contact_date ? formats().date(row.last_contact_date) : ''),
    },
    check: {
      kind: 'fixed', id: 'last_checked_log', title: t('customers.fields.last_checked_log'), width: 200, sortable: true,
      why: t('customers.why.last_checked_log'), text: (row) => row.last_checked_log ?? '',
    },
  }
}

/** The columns in the order of the exported file, with the result of the address check at the end. */
function allColumns(t: Words, formats: () => Formats): Column<Customer>[] {
  const { comment, contact, check } = fixedColumns(t, formats)
  return [
    textColumn(t, 'name', 140),
    textColumn(t, 'email', 230, { inputMode: 'email' }),
    importanceColumn(t),
    textColumn(t, 'company', 190),
    textColumn(t, 'country', 110),
    textColumn(t, 'address', 200),
    textColumn(t, 'phone', 160, { inputMode: 'tel' }),
    textColumn(t, 'website', 190, { inputMode: 'url' }),
    comment,
    contact,
    validColumn(t),
    check,
  ]
}

function readOnly(column: Column<Customer>, why: string): FixedColumn<Customer> {
  return { ...column, kind: 'fixed', why, opens: column.id === 'comment' }
}

/** The columns in the reader's language; whoever may only look is told so in every cell. */
export function useCustomerColumns(): ComputedRef<Column<Customer>[]> {
  const { session } = useBackend()
  const { t } = useI18n()
  const formats = useFormats(() => session.user.value?.time_zone)
  return computed(() => {
    const columns = allColumns(t as Words, () => formats.value)
    if (session.user.value?.role !== 'viewer') return columns
    return columns.map((column) => readOnly(column, t('customers.why.viewer')))
  })
}
