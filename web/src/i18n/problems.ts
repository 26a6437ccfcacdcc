import { useI18n } from 'vue-i18n'

/** What the wording of a failure needs; `Problem` of the client fits. */
interface Failed {
  code: string
  title: string
  detail?: string
}

interface FieldFailed {
  code: string
  message: string
}

export interface ProblemTexts {
  /** A failure in the reader's language; the server's own title where the code is not known here. */
  of(problem: Failed): string
  ofField(error: FieldFailed | undefined): string | undefined
}

/** Wording of the server's error codes. It lives in `errors.json` of each language and nowhere else. */
export function useProblemTexts(): ProblemTexts {
  const { t, te } = useI18n()
  const known = (code: string, otherwise: string) => (te(`errors.${code}`) ? t(`errors.${code}`) : otherwise)
  return {
    of: ({ code, title, detail }) => known(code, title || detail || t('errors.unexpected')),
    ofField: (error) => (error === undefined ? undefined : known(error.code, error.message)),
  }
}
