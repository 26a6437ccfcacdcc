import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend } from '@/api/backend'
import { ask } from '@/api/problem'
import type { CustomerCounts, WeeksOfAnswers, WeeksOfDebt, WeeksOfMail } from '@/api/types'
import { mondayOf } from '@/lib/days'
import type { Category, Figures } from '@/ui/chart/figures'

export interface Asked {
  figures: ComputedRef<Figures | undefined>
  error: Readonly<Ref<Error | null>>
  refetch: () => unknown
}

const RATINGS = [0, 1, 2, 3, 4, 5]
const VALIDITIES = [
  { valid: 1, colour: '--ok' },
  { valid: 2, colour: '--star' },
  { valid: 0, colour: '--danger' },
] as const

/** How many customers have each rating, by validity. */
export function useCustomerFigures(): Asked {
  const { api } = useBackend()
  const { t } = useI18n()
  const { data, error, refetch } = useQuery({
    queryKey: ['statistics', 'customers'],
    queryFn: ({ signal }) => ask(api.GET('/api/v1/statistics/customers', { signal })),
  })
  const counted = ({ items }: CustomerCounts, rating: number, valid: number) =>
    items.find((item) => item.importance === rating && item.valid === valid)?.count ?? 0

  function figuresOf(counts: CustomerCounts): Figures {
    return {
      head: t('customers.fields.importance'),
      categories: RATINGS.map((count) => ({ short: `${count} ★`, full: t('statistics.stars', { count }) })),
      series: VALIDITIES.map(({ valid, colour }) => ({
        id: `valid-${valid}`, name: t(`customers.valid.${valid}`), colour,
        values: RATINGS.map((rating) => counted(counts, rating, valid)),
      })),
    }
  }
  return { figures: computed(() => data.value && figuresOf(data.value)), error, refetch }
}

/** A week by the day it begins; the year stands under the first one and where it changes. */
export function useWeeks(): (weeks: readonly string[]) => Category[] {
  const { t } = useI18n()
  return (weeks) => {
    const mondays = weeks.map(mondayOf)
    const isNewYear = (at: number) => mondays[at]?.slice(0, 4) !== mondays[at - 1]?.slice(0, 4)
    return weeks.map((week, at) => {
      const monday = mondays[at] ?? ''
      const short = monday.slice(5) + (isNewYear(at) ? `\n${monday.slice(0, 4)}` : '')
      return { short, full: t('statistics.week_of', { week, monday }) }
    })
  }
}

/** How much mail came and went, week by week. */
export function useMailFigures(weeks: () => number): Asked {
  const { api } = useBackend()
  const { t } = useI18n()
  const categoriesOf = useWeeks()
  const { data, error, refetch } = useQuery({
    queryKey: computed(() => ['statistics', 'messages', weeks()]),
    queryFn: ({ signal }) => ask(api.GET('/api/v1/statistics/messages', { params: { query: { weeks: weeks() } }, signal })),
    placeholderData: keepPreviousData,
  })

  const figuresOf = ({ items }: WeeksOfMail): Figures => ({
    head: t('statistics.week'),
    categories: categoriesOf(items.map(({ week }) => week)),
    series: [
      { id: 'sendto', name: t('statistics.sent'), colour: '--accent', values: items.map(({ sendto }) => sendto) },
      { id: 'receive', name: t('statistics.received'), colour: '--star', values: items.map(({ receive }) => receive) },
    ],
  })
  return { figures: computed(() => data.value && figuresOf(data.value)), error, refetch }
}

/** How many customers were due when each week ended, and the rule by which they were counted. */
export function useDebtFigures(weeks: () => number): Asked & { rule: ComputedRef<string | undefined> } {
  const { api } = useBackend()
  const { t } = useI18n()
  const categoriesOf = useWeeks()
  const { data, error, refetch } = useQuery({
    queryKey: computed(() => ['statistics', 'debt', weeks()]),
    queryFn: ({ signal }) => ask(api.GET('/api/v1/statistics/followups', { params: { query: { weeks: weeks() } }, signal })),
    placeholderData: keepPreviousData,
  })

  const figuresOf = ({ items }: WeeksOfDebt): Figures => ({
    head: t('statistics.week'),
    categories: categoriesOf(items.map(({ week }) => week)),
    series: [{ id: 'due', name: t('statistics.due'), colour: '--accent', values: items.map(({ due }) => due) }],
  })
  const ruleOf = ({ operator, importance, days }: WeeksOfDebt) =>
    t('statistics.rule', { operator: t(`statistics.operators.${operator}`), count: importance, days })
  return {
    figures: computed(() => data.value && figuresOf(data.value)), error, refetch,
    rule: computed(() => data.value && ruleOf(data.value)),
  }
}

/** Of the customers we wrote to in a week, how many wrote back within some days. */
export function useAnswerFigures(weeks: () => number, days: () => number): Asked {
  const { api } = useBackend()
  const { t } = useI18n()
  const categoriesOf = useWeeks()
  const { data, error, refetch } = useQuery({
    queryKey: computed(() => ['statistics', 'answers', weeks(), days()]),
    queryFn: ({ signal }) => {
      const query = { weeks: weeks(), days: days() }
      return ask(api.GET('/api/v1/statistics/answers', { params: { query }, signal }))
    },
    placeholderData: keepPreviousData,
  })

  // A week whose time to answer is not over yet says so, wherever it has the room.
  function weeksOf(items: WeeksOfAnswers['items']): Category[] {
    return categoriesOf(items.map(({ week }) => week)).map(({ short, full }, at) => {
      return { short, full: items[at]?.is_complete === true ? full : t('statistics.not_over', { week: full }) }
    })
  }
  const figuresOf = ({ items }: WeeksOfAnswers): Figures => ({
    head: t('statistics.week'),
    categories: weeksOf(items),
    series: [
      { id: 'answered', name: t('statistics.answered'), colour: '--ok', values: items.map(({ answered }) => answered) },
      {
        id: 'silent', name: t('statistics.silent'), colour: '--star',
        values: items.map(({ written, answered }) => written - answered),
      },
    ],
  })
  return { figures: computed(() => data.value && figuresOf(data.value)), error, refetch }
}
