import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Import, ImportColumns, ImportLayout } from '@/api/types'

export type Column = Import['columns'][number]
export type FieldName = NonNullable<Column['field']>

/** What charsets are called by those who have to choose one; these names are the same in every language. */
export const CHARSETS: [NonNullable<ImportLayout['charset']>, string][] = [
  ['utf-8', 'UTF-8'], ['gb18030', 'GB18030 / GBK / GB2312'], ['big5', 'Big5'], ['utf-16-le', 'UTF-16 LE'],
  ['utf-16-be', 'UTF-16 BE'], ['cp1252', 'Windows-1252'],
]
export const DELIMITERS: [NonNullable<ImportLayout['delimiter']>, string][] = [[',', 'comma'], [';', 'semicolon'], ['tab', 'tab']]

/** The fields that a column can be, in the order of the template. */
export const FIELDS: FieldName[] = [
  'name', 'email', 'importance', 'company', 'country', 'address', 'phone', 'website', 'comment', 'last_contact_date', 'valid',
]

/** How a file was read, as it can be said back. */
export function columnsOf({ layout, columns }: Pick<Import, 'layout' | 'columns'>): ImportColumns {
  const text = layout?.kind === 'csv' ? { charset: layout.charset, delimiter: layout.delimiter } : {}
  return { ...(text as ImportLayout), header: layout?.header ?? null, columns: columns.map(({ field }) => field) }
}

/** How a file was read, in a line. */
export function useLayoutWords(one: () => Import) {
  const { t } = useI18n()
  return computed(() => {
    const { layout, columns } = one()
    if (layout === null) return ''
    const charset = CHARSETS.find(([value]) => value === layout.charset)?.[1] ?? layout.charset
    const delimiter = DELIMITERS.find(([value]) => value === layout.delimiter)?.[1]
    const text = layout.kind === 'csv' ? [charset, delimiter === undefined ? '' : t(`imports.delimiters.${delimiter}`)] : []
    const header = layout.header ? t('imports.header_yes') : t('imports.header_no')
    const facts = [layout.kind.toUpperCase(), ...text, header].filter(Boolean).join(' · ')
    return t('imports.layout_found', { facts, taken: columns.filter(({ field }) => field !== null).length, total: columns.length })
  })
}
