import { computed, ref, shallowRef } from 'vue'
import { isAbort, problemFrom, type Problem } from '@/api/problem'
import type { Import, ImportLayout } from '@/api/types'
import { useUpload } from '@/api/upload'
import { useLeaveWarning } from '@/lib/leave-warning'

/** Sending one file at a time: how far it has come, a way to stop, and what was wrong with it. */
export function useUploadJob(onRead: (one: Import) => void) {
  const upload = useUpload()
  const file = shallowRef<File | null>(null)
  const sent = ref(0)
  const problem = shallowRef<Problem | null>(null)
  const stopping = shallowRef<AbortController | null>(null)
  const isBusy = computed(() => stopping.value !== null)
  /** Everything has arrived, and the server is at work on it. */
  const isSent = computed(() => file.value !== null && sent.value >= file.value.size)
  useLeaveWarning(() => isBusy.value)

  async function start(chosen: File, layout: ImportLayout = {}): Promise<void> {
    if (isBusy.value) return
    const stop = new AbortController()
    stopping.value = stop
    file.value = chosen
    sent.value = 0
    problem.value = null
    try {
      // The form around the file is a little longer than the file.
      const onSent = (bytes: number) => (sent.value = Math.min(bytes, chosen.size))
      const one = await upload(chosen, { layout, onSent, signal: stop.signal })
      file.value = null
      onRead(one)
    } catch (failure) {
      if (isAbort(failure)) file.value = null
      else problem.value = problemFrom(failure)
    } finally {
      stopping.value = null
    }
  }

  return { file, sent, problem, isBusy, isSent, start, stop: () => stopping.value?.abort() }
}
