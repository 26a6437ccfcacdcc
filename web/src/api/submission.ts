import { reactive, ref, type Ref } from 'vue'
import { Problem, problemFrom } from '@/api/problem'
import { useProblemTexts } from '@/i18n/problems'

export interface Submission {
  busy: Ref<boolean>
  /** What went wrong with the whole, when no field is to blame. */
  failure: Ref<string>
  /** What is wrong, by field. */
  faults: Record<string, string | undefined>
  send(work: () => Promise<void>): Promise<boolean>
}

/** Sending a form: one at a time, and every refusal at the field that it is about. */
export function useSubmission(fields: readonly string[]): Submission {
  const busy = ref(false)
  const failure = ref('')
  const faults = reactive<Record<string, string | undefined>>({})
  const problems = useProblemTexts()

  function tell(problem: Problem): void {
    for (const field of fields) faults[field] = problems.ofField(problem.at(field))
    const isPlaced = fields.some((field) => faults[field] !== undefined)
    failure.value = isPlaced ? '' : problems.of(problem)
  }

  async function send(work: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    try {
      await work()
      tell(new Problem(200, {}))
      failure.value = ''
      return true
    } catch (problem) {
      tell(problemFrom(problem))
      return false
    } finally {
      busy.value = false
    }
  }

  return { busy, failure, faults, send }
}
