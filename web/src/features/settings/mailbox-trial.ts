import { onScopeDispose, ref, type Ref } from 'vue'
import { useBackend } from '@/api/backend'
import { ask, problemFrom, type Problem } from '@/api/problem'
import { answerTo } from '@/api/requests'
import type { Access, FolderFound } from '@/api/types'
import { useProblemTexts } from '@/i18n/problems'

/** Which field a refusal of the mail server is about, when the server's answer names none. */
const BLAMED: Record<string, string> = {
  mailbox_unreachable: 'mail_host',
  mailbox_certificate_untrusted: 'mail_host',
  mailbox_tls_required: 'mail_port',
  mailbox_protocol_error: 'mail_port',
}

export interface MailboxTrial {
  busy: Ref<boolean>
  folders: Ref<FolderFound[] | null>
  /** The mail server is slow, and still being asked. */
  late: Ref<boolean>
  fault: Ref<{ field: string; text: string; detail: string } | null>
  run(access: Access): Promise<void>
  forget(): void
}

/** Tries to reach a mailbox and says what is there, or which field is wrong and why; `secret` is who a refusal is about. */
export function useMailboxTrial({ secret }: { secret: Readonly<Ref<string>> }): MailboxTrial {
  const { api } = useBackend()
  const problems = useProblemTexts()
  const busy = ref(false)
  const late = ref(false)
  const folders = ref<FolderFound[] | null>(null)
  const fault = ref<{ field: string; text: string; detail: string } | null>(null)
  let controller = new AbortController()

  /** What is found out about settings that have been changed meanwhile is of no use to anybody. */
  function forget(): void {
    controller.abort()
    controller = new AbortController()
    busy.value = false
    late.value = false
    folders.value = null
    fault.value = null
  }

  function blame(problem: Problem): void {
    const first = problem.errors[0]
    const text = first === undefined ? problems.of(problem) : (problems.ofField(first) ?? '')
    const blamed = problem.code === 'mailbox_login_refused' ? secret.value : (BLAMED[problem.code] ?? '')
    fault.value = { field: first?.field ?? blamed, text, detail: problem.detail }
  }

  async function run(access: Access): Promise<void> {
    forget()
    const { signal } = controller
    busy.value = true
    try {
      const found = await reach(access, signal)
      if (!signal.aborted) folders.value = found
    } catch (failure) {
      if (!signal.aborted) blame(problemFrom(failure))
    } finally {
      if (!signal.aborted) busy.value = late.value = false
    }
  }

  async function reach(access: Access, signal: AbortSignal): Promise<FolderFound[]> {
    const answer = await ask(api.POST('/api/v1/settings/mailbox/test', { body: access, signal }))
    if ('folders' in answer) return answer.folders
    // A slow mail server makes this 202 with nothing but the number of the request, which is asked after.
    late.value = !signal.aborted
    return (await answerTo(api, answer.request_id, signal)).folders
  }

  onScopeDispose(forget)
  return { busy, folders, late, fault, run, forget }
}
