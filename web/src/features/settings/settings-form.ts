import { useMutation, useQueryClient } from '@tanstack/vue-query'
import { reactive, ref, watch, type Ref } from 'vue'
import { useBackend } from '@/api/backend'
import { ask } from '@/api/problem'
import { useSubmission, type Submission } from '@/api/submission'
import type { Settings, SettingsPatch } from '@/api/types'
import { SECRETS } from '@/features/settings/mail-access'

export interface SettingsForm<Fields extends keyof SettingsPatch> extends Submission {
  form: Partial<Pick<Required<SettingsPatch>, Fields>>
  saved: Ref<boolean>
  save(): Promise<void>
}

/** A part of the settings as a form: only what was changed is sent, and what is typed survives a refusal. */
export function useSettingsForm<Fields extends keyof SettingsPatch & string>(
  fields: readonly Fields[], settings: Ref<Settings | undefined>,
): SettingsForm<Fields> {
  type Form = Partial<Pick<Required<SettingsPatch>, Fields>>
  const { api } = useBackend()
  const queries = useQueryClient()
  const submission = useSubmission(fields)
  const form = reactive<Record<string, unknown>>({})
  const saved = ref(false)
  let before: Record<string, unknown> = {}

  function begin(current: Settings): void {
    const known: Record<string, unknown> = { ...current }
    for (const field of fields) {
      // A field that somebody is changing right now keeps what was typed.
      if (form[field] === before[field]) form[field] = known[field] ?? ''
    }
    before = Object.fromEntries(fields.map((field) => [field, known[field] ?? '']))
  }
  watch(settings, (current) => current !== undefined && begin(current), { immediate: true })
  watch(form, () => (saved.value = false))

  const patch = useMutation({
    mutationFn: (body: SettingsPatch) => ask(api.PATCH('/api/v1/settings', { body })),
    onSuccess: (settingsNow) => {
      queries.setQueryData(['settings'], settingsNow)
      void queries.invalidateQueries({ queryKey: ['mailbox'] })
    },
  })

  async function save(): Promise<void> {
    const changed = fields.filter((field) => form[field] !== before[field])
    const body = Object.fromEntries(changed.map((field) => [field, form[field]])) as SettingsPatch
    const isDone = await submission.send(async () => {
      if (changed.length > 0) await patch.mutateAsync(body)
      for (const field of SECRETS) if (field in form) form[field] = ''
    })
    saved.value = isDone
  }

  return { ...submission, form: form as Form, saved, save }
}
