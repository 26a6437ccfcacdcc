import { computed, type ComputedRef } from 'vue'
import { useSettings } from '@/api/settings'
import type { Settings } from '@/api/types'
import { useListPlace, type ListPlace } from '@/lib/list-place'

export const OPERATORS = ['>=', '>', '='] as const
export const MOST_DAYS = 3650
/** Those who wait longest first, as the server does without being told. */
const FIRST_SORT = 'company_last_contact'

export interface Rule {
  operator: Settings['followup_importance_operators']
  importance: number
  days: number
}

export type View = 'due' | 'hidden'

export interface FollowupPlace extends Omit<ListPlace, 'at' | 'go'> {
  sort: ComputedRef<string>
  view: ComputedRef<View>
  /** Whom the list is about: what the address says, else what the settings say; null until those are known. */
  rule: ComputedRef<Rule | null>
  /** Whether the list is another than that of the settings. */
  differs: ComputedRef<boolean>
  go(part: { sort?: string; view?: View; rule?: Partial<Rule> }): void
  /** Back to the rule of the settings. */
  reset(): void
}

const usual = ({ followup_importance_operators, followup_importance, followup_days }: Settings): Rule => ({
  operator: followup_importance_operators, importance: followup_importance, days: followup_days,
})

function number(text: string | null, most: number): number | undefined {
  return text !== null && /^\d+$/.test(text) && Number(text) <= most ? Number(text) : undefined
}

/** Where in the follow-up list one is, and by which rule; a change of the rule is kept in the address alone. */
export function useFollowupPlace(): FollowupPlace {
  const { selected, isShown, select, at, go } = useListPlace('followups')
  const { data: settings } = useSettings()

  const rule = computed<Rule | null>(() => {
    if (settings.value === undefined) return null
    const base = usual(settings.value)
    return {
      operator: OPERATORS.find((operator) => operator === at('operator')) ?? base.operator,
      importance: number(at('importance'), 5) ?? base.importance,
      days: number(at('days'), MOST_DAYS) ?? base.days,
    }
  })
  const differs = computed(() => {
    if (settings.value === undefined || rule.value === null) return false
    const base = usual(settings.value)
    return (Object.keys(base) as (keyof Rule)[]).some((part) => rule.value?.[part] !== base[part])
  })

  return {
    selected, isShown, select, rule, differs,
    sort: computed(() => at('sort') ?? FIRST_SORT),
    view: computed(() => (at('view') === 'hidden' ? 'hidden' : 'due')),
    go({ sort, view, rule: changed }) {
      const parts = Object.entries(changed ?? {}).map(([part, value]) => [part, String(value)])
      go({
        ...(sort === undefined ? {} : { sort: sort === FIRST_SORT ? null : sort }),
        ...(view === undefined ? {} : { view: view === 'hidden' ? view : null }),
        ...(Object.fromEntries(parts) as Record<string, string>),
      })
    },
    reset: () => go({ operator: null, importance: null, days: null }),
  }
}
