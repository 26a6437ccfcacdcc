import { createI18n } from 'vue-i18n'
import { rememberLook } from '@/lib/look'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type LanguageName = (typeof LANGUAGES)[number]

// Each language is a chunk of its own and is fetched only when somebody reads it.
const loaders = {
  'zh-CN': () => import('@/i18n/zh-CN'),
  en: () => import('@/i18n/en'),
}

export const texts = createI18n({
  legacy: false,
  locale: 'zh-CN' as string,
  messages: {},
  missingWarn: false,
  fallbackWarn: false,
})

/** The language to begin with: the one this browser was last told, or the one it asks for. */
export function firstLanguage(): LanguageName {
  return languageNamed(document.documentElement.lang)
}

/** The language that a name stands for: Chinese of any kind is zh-CN, everything else English. */
export function languageNamed(name: string | null | undefined): LanguageName {
  return /^zh/i.test(name ?? '') ? 'zh-CN' : 'en'
}

/** Shows the page in a language, without reloading it. */
export async function showLanguage(language: LanguageName): Promise<void> {
  if (!texts.global.availableLocales.includes(language)) {
    texts.global.setLocaleMessage(language, (await loaders[language]()).default)
  }
  texts.global.locale.value = language
  document.documentElement.lang = language
  rememberLook({ language })
}
