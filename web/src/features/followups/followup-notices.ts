import { useI18n } from 'vue-i18n'
import { useBackend } from '@/api/backend'
import type { Followup } from '@/api/types'
import { FollowupMarks, type Outcome } from '@/features/followups/followup-marks'
import { useFormats } from '@/i18n/formats'
import { useProblemTexts } from '@/i18n/problems'
import { useNotices } from '@/lib/notices'
import { useUndo } from '@/lib/undo'
import type { PageStore } from '@/ui/grid/page-store'

const about = ({ id }: Followup) => `followup/${id}`

interface Owner {
  store: PageStore<Followup>
  left(row: Followup): void
  returned(row: Followup): void
}

/** The marks of this list, and what is said of each: with a way back, or with the cause of its failure. */
export function useFollowupMarks({ store, left, returned }: Owner): FollowupMarks {
  const { api, session } = useBackend()
  const { t } = useI18n()
  const notices = useNotices()
  const stack = useUndo()
  const problems = useProblemTexts()
  const formats = useFormats(() => session.user.value?.time_zone)

  const outcome: Outcome = {
    marked(row, mark, { until, takeBack }) {
      left(row)
      const text = t(`followups.marked.${mark}`, { name: row.name || row.email, date: until ? formats.value.date(until) : '' })
      if (takeBack === undefined) notices.show({ tone: 'done', text, about: about(row) })
      else stack.push({ text, undo: async () => (await takeBack(), '') })
    },
    returned(row) {
      notices.settle(about(row))
      returned(row)
    },
    failed(row, problem) {
      const text = t('followups.failed', { name: row.name || row.email })
      notices.show({ tone: 'failed', text, detail: problems.of(problem), about: about(row) })
    },
  }
  return new FollowupMarks(api, store, outcome)
}
