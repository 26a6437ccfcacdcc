import { problemFrom } from '@/api/problem'
import { texts } from '@/i18n'
import type { UndoWords } from '@/lib/undo'

const { t, te } = texts.global

/** How the page speaks of what is taken back, in the language of the moment. */
export const undoWords: UndoWords = {
  label: () => t('common.undo'),
  undone: (text) => t('common.undone', { text }),
  failed: (text) => t('common.not_undone', { text }),
  cause(failure) {
    const { code, title } = problemFrom(failure)
    return te(`errors.${code}`) ? t(`errors.${code}`) : title || t('errors.unexpected')
  },
}
