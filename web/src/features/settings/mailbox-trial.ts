import { ref, type Ref } from 'vue'
import { useBackend } from '@/api/backend'
import { ask, problemFrom, type Problem } from '@/api/problem'
import type { Access, FolderFound } from '@/api/types'
import { useProblemTexts } from '@/i18n/problems'

/** Which field a refusal of the mail server is about, when the server's answer names none. */
const BLAMED: Record<string, string> = {
  mailbox_unreachable: 'mail_host',
  mailbox_certificate_untrusted: 'mail_host',
  mailbox_tls_required: 'mail_port',
  mailbox_protocol_error: 'mail_port',
  mailbox_login_refused: 'mail_password',
}

export interface MailboxTrial {
  busy: Ref<boolean>
  folders: Ref<FolderFound[] | null>
  /** The mail server is slow; the answer will be in the state of the mailbox. */
  late: Ref<boolean>
  fault: Ref<{ field: string; text: string; detail: string } | null>
  run(access: Access): Promise<void>
  forget(): void
}

/** Tries to reach a mailbox and says what is there, or which field is wrong and why. */
export function useMailboxTrial(): MailboxTrial {
  const { api } = useBackend()
  const problems = useProblemTexts()
  const busy = ref(false)
  const late = ref(false)
  const folders = ref<FolderFound[] | null>(null)
  const fault = ref<{ field: string; text: string; detail: string } | null>(null)

  function forget(): void {
    late.value = false
    folders.value = null
    fault.value = null
  }

  function blame(problem: Problem): void {
    const first = problem.errors[0]
    const text = first === undefined ? problems.of(problem) : (problems.ofField(first) ?? '')
    fault.value = { field: first?.field ?? BLAMED[problem.code] ?? '', text, detail: problem.detail }
  }

  async function run(access: Access): Promise<void> {
    forget()
    busy.value = true
    try {
      // A slow mail server makes this 202 with nothing but the number of the request.
      const answer = await ask(api.POST('/api/v1/settings/mailbox/test', { body: access }))
      folders.value = 'folders' in answer ? answer.folders : null
      late.value = folders.value === null
    } catch (failure) {
      blame(problemFrom(failure))
    } finally {
      busy.value = false
    }
  }

  return { busy, folders, late, fault, run, forget }
}
