import { useI18n } from 'vue-i18n'
import type { Counts, FolderLedger, Reason } from '@/api/types'
import { useFormats } from '@/i18n/formats'
import { useProblemTexts } from '@/i18n/problems'
import type { IconName } from '@/ui/icons'

export type Standing = 'failed' | 'aside' | 'under_way' | 'missing' | 'adds_up' | 'moved'

/** The sets in the order of the columns. */
export const SETS = ['stored', 'ignored', 'held', 'missing'] as const
export type SetName = (typeof SETS)[number]

/** What is the case with a folder, the gravest first. */
export function standingOf(folder: FolderLedger): Standing {
  if (folder.error !== null) return 'failed'
  if (folder.excluded !== '') return 'aside'
  if (folder.missing > 0) return 'missing'
  if (folder.under_way) return 'under_way'
  return folder.adds_up ? 'adds_up' : 'moved'
}

export const SIGNS: Record<Standing, IconName> = {
  failed: 'alert', aside: 'unknown', under_way: 'refresh', missing: 'alert', adds_up: 'checkCircle', moved: 'info',
}

/** The ledger's names in words. */
export function useLedgerWords(zone: () => string | undefined) {
  const { t, te } = useI18n()
  const problems = useProblemTexts()
  const formats = useFormats(zone)

  function reason({ state, reason: name }: Reason): string {
    if (state === 'stored' || state === 'missing') return t(`mailboxes.reasons.${state}`)
    if (state === 'ignored') return te(`mailboxes.rules.${name}`) ? t(`mailboxes.rules.${name}`) : name
    return problems.of({ code: name, title: name })
  }

  /** When uids were last held against the server's: of a folder, or of all, where one may be left to do. */
  function compared({ compared_at: at, found_missing: found }: Counts, of: 'folder' | 'all'): string {
    if (at === null) return t(`mailboxes.not_compared.${of}`)
    const words = { at: formats.value.dateTime(at), count: formats.value.count(found) }
    return found > 0 ? t('mailboxes.compared_missing', words) : t('mailboxes.compared', words)
  }

  return { reason, compared, formats }
}
