import { useI18n } from 'vue-i18n'
import type { Import } from '@/api/types'

/** Who has sent a file, in words: an account may be gone, and the operator has none. */
export function useSigned(): (one: Pick<Import, 'by' | 'by_name'>) => string {
  const { t } = useI18n()
  return ({ by, by_name: name }) => {
    if (by === 'operator') return t('imports.operator')
    return name ?? t('imports.gone')
  }
}
