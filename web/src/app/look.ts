import { computed, watch, type WritableComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { problemFrom } from '@/api/problem'
import { useBackend } from '@/api/backend'
import { languageNamed, showLanguage, type LanguageName } from '@/i18n'
import { useProblemTexts } from '@/i18n/problems'
import { showTheme, themeNamed } from '@/lib/look'
import { useNotices } from '@/lib/notices'

/** The language: shown at once, kept with the account when somebody is signed in. */
export function useLanguage(): WritableComputedRef<LanguageName> {
  const { session } = useBackend()
  const { locale } = useI18n()
  const notices = useNotices()
  const problems = useProblemTexts()

  async function choose(language: LanguageName): Promise<void> {
    await showLanguage(language)
    if (session.user.value === null) return
    await session.change({ language }).catch((failure: unknown) => {
      notices.show({ tone: 'failed', text: problems.of(problemFrom(failure)) })
    })
  }

  return computed({ get: () => languageNamed(locale.value), set: (language) => void choose(language) })
}

/** Follows the look that the account has chosen. */
export function useAccountLook(): void {
  const { session } = useBackend()
  watch(session.user, (user) => {
    if (user === null) return
    void showLanguage(languageNamed(user.language))
    showTheme(themeNamed(user.theme))
  }, { immediate: true })
}
