import type { Settings } from '@/api/types'

export interface Preset {
  id: string
  host: string
  /** Who has to give tokens, because the server takes no password. */
  provider: Settings['mail_oauth_provider']
}

const MAIL_PORT = 993

/** Mailboxes that many people have, by the names of their servers. */
export const PRESETS: readonly Preset[] = [
  { id: 'exmail', host: 'imap.exmail.qq.com', provider: '' },
  { id: 'qq', host: 'imap.qq.com', provider: '' },
  { id: '163', host: 'imap.163.com', provider: '' },
  { id: '126', host: 'imap.126.com', provider: '' },
  { id: 'aliyun', host: 'imap.qiye.aliyun.com', provider: '' },
  { id: 'gmail', host: 'imap.gmail.com', provider: '' },
  { id: 'microsoft', host: 'outlook.office365.com', provider: 'microsoft' },
  { id: 'microsoft-cn', host: 'partner.outlook.cn', provider: 'microsoft-cn' },
]
export const OWN_SERVER = 'own'

/** Which of them a server is; one's own where it is none of them. */
export function presetOf(host: string | undefined): string {
  return PRESETS.find((preset) => preset.host === host?.toLowerCase())?.id ?? OWN_SERVER
}

/** What choosing one fills in; choosing one's own server leaves only the known ones' names behind. */
export function filledIn(id: string): Pick<Settings, 'mail_host' | 'mail_port' | 'mail_oauth_provider'> {
  const preset = PRESETS.find((one) => one.id === id)
  return { mail_host: preset?.host ?? '', mail_port: MAIL_PORT, mail_oauth_provider: preset?.provider ?? '' }
}
