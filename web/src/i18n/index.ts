import { createI18n } from 'vue-i18n'
import { rememberLook } from '@/lib/look'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type LanguageName = (typeof LANGUAGES)[number]

// Each language is a chunk of its own and is fetched only when somebody reads it.
const loaders = {
  'zh-CN': () => import('@/i18n/zh-CN'),
  en: () => import('@/i18n/en'),
}

// The texts of the first screen come before the others: nobody waits for those of a screen that is not shown yet.
const firstLoaders = {
  'zh-CN': () => import('@/i18n/zh-CN/first'),
  en: () => import('@/i18n/en/first'),
}
const complete = new Map<LanguageName, Promise<void>>()

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

/** Waits until all texts of a language are there. */
export function allTexts(language: LanguageName): Promise<void> {
  const known = complete.get(language)
  if (known !== undefined) return known
  const loading = loaders[language]().then(({ default: all }) => texts.global.setLocaleMessage(language, all))
  complete.set(language, loading)
  // What could not be fetched is asked for again the next time.
  loading.catch(() => complete.delete(language))
  return loading
}

/** Shows the page in its first language as soon as the texts of the first screen are there; the others follow. */
export async function beginLanguage(language: LanguageName): Promise<void> {
  const first = (await firstLoaders[language]()).default
  if (!complete.has(language)) texts.global.setLocaleMessage(language, first)
  show(language)
}

/** Shows the page in a language, without reloading it. */
export async function showLanguage(language: LanguageName): Promise<void> {
  await allTexts(language)
  show(language)
}

function show(language: LanguageName): void {
  texts.global.locale.value = language
  document.documentElement.lang = language
  rememberLook({ language })
}
