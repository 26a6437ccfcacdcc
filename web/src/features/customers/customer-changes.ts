import { useI18n } from 'vue-i18n'
import { useBackend } from '@/api/backend'
import { takeBack } from '@/api/changes'
import { useUndo } from '@/lib/undo'

/** Remembers a change that the server made, by the ids that take it back. */
export type Remember = (text: string, changeIds: (string | null)[]) => void

/** Remembering changes; `changed` is called whenever one was taken back. */
export function useChanges(changed: () => void): Remember {
  const { api } = useBackend()
  const { t } = useI18n()
  const stack = useUndo()

  async function undo(changeIds: string[]): Promise<string | undefined> {
    let [kept, failed] = [0, 0]
    try {
      for (const id of changeIds.toReversed()) {
        const undone = await takeBack(api, id)
        kept += undone.kept.length
        failed += undone.failed.length
      }
    } finally {
      changed()
    }
    if (failed > 0) return t('customers.undo.taken', { count: failed })
    return kept > 0 ? t('customers.undo.kept', { count: kept }) : undefined
  }

  return (text, changeIds) => {
    const ids = changeIds.filter((id) => id !== null)
    if (ids.length > 0) stack.push({ text, undo: () => undo(ids) })
  }
}
