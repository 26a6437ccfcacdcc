import { useI18n } from 'vue-i18n'
import type { Check } from '@/api/types'
import type { IconName } from '@/ui/icons'

export type Tone = 'good' | 'bad' | 'open' | 'none'

const LOOKS: Record<string, { icon: IconName; tone: Tone }> = {
  valid: { icon: 'checkCircle', tone: 'good' },
  invalid: { icon: 'crossCircle', tone: 'bad' },
  unconfirmed: { icon: 'unknown', tone: 'open' },
  unanswered: { icon: 'clock', tone: 'none' },
}

/** How a verdict looks; it is never told by its colour alone. */
export const lookOf = (verdict: string) => LOOKS[verdict] ?? { icon: 'help', tone: 'none' }

// What free checks have seen, by the beginning of what they wrote down.
const SEEN: readonly (readonly [string, string])[] = [
  ['syntax', 'syntax'],
  ['disposable', 'disposable'],
  ['role', 'role'],
  ['dns: NXDOMAIN', 'no_domain'],
  ['dns: null MX', 'no_mail'],
  ['dns: no MX and no address', 'no_mail'],
  ['dns: MX', 'takes_mail'],
  ['dns: A', 'takes_mail'],
  ['dns:', 'no_answer'],
]

/** Findings in words: what was found, who says so, and what it rests on. */
export function useCheckWords() {
  const { t, te } = useI18n()
  const named = (key: string, name: string) => (te(key) ? t(key) : name)

  function reasonOf({ source, evidence }: Check): string {
    if (source === 'mail') return evidence.startsWith('bounce') ? 'bounce' : 'reply'
    if (source === 'person') return 'person'
    if (source !== 'local') return 'provider'
    return SEEN.find(([beginning]) => evidence.startsWith(beginning))?.[1] ?? 'nothing'
  }

  const provider = (name: string) => named(`checks.providers.${name}`, name)
  return {
    provider,
    verdict: ({ verdict }: Check) => named(`checks.verdicts.${verdict}`, verdict),
    lane: (name: string) => named(`checks.lanes.${name}`, name),
    /** What asking this provider tells it. */
    learns: (name: string) => named(`checks.learns.${name}`, ''),
    restsOn: (check: Check) => t(`checks.rests.${reasonOf(check)}`, { provider: provider(check.source) }),
  }
}
