import type { Counts, Customer, Followup, FolderLedger, HeldMail, Mailbox, Message, Settings, User } from '@/api/types'

/** A customer of whom only what matters is said. */
export function aCustomer(known: Partial<Customer> = {}): Customer {
  return {
    id: 1, name: 'Ann Example', email: 'ann@example.com', importance: 3, company: '', country: '', address: '', phone: '',
    website: '', comment: '', last_contact_date: null, last_checked_date: null, last_checked_log: '', valid: 2, version: 1,
    created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z', ...known,
  }
}

/** A customer who was never contacted and is due. */
export function aFollowup(known: Partial<Followup> = {}): Followup {
  const marks = { company_last_contact: null, due_since: null, snoozed_until: null, done_at: null }
  return { ...aCustomer(), ...marks, ...known }
}

export function aMessage(known: Partial<Message> = {}): Message {
  return {
    id: 1, sender: 'Ann Example', date: '2026-01-01T00:00:00Z', type: 'receive', subject: 'Hello', content: '<p>Hello</p>',
    addresses: ['ann@example.com'], blocked_images: 0, attachments: [], thread: null, thread_size: 1, ...known,
  }
}

export function aUser(known: Partial<User> = {}): User {
  return { id: 1, username: 'admin', role: 'admin', language: 'en', theme: 'auto', time_zone: 'UTC', ...known }
}

export function someSettings(known: Partial<Settings> = {}): Settings {
  return {
    followup_days: 30, followup_importance_operators: '>=', followup_importance: 3, monitor_mail_days: 10,
    mail_reserved_days: 365, mail_host: 'imap.example.com', mail_port: 993, mail_username: 'sales@example.com',
    mail_password_set: true, mail_oauth_provider: '', mail_oauth_client_id: '', mail_oauth_client_secret_set: false,
    mail_oauth_refresh_token_set: false, mail_oauth_tenant: '', theme: 'auto', woocommerce_url: '', woocommerce_api_set: false, language: 'en',
    time_zone: 'UTC', verifier_provider: 'local', verifier_per_hour: 5, ...known,
  }
}

/** A folder whose sets add up. */
export function aFolder(known: Partial<FolderLedger> = {}): FolderLedger {
  return {
    folder_id: 1, name: 'INBOX', on_server: 12, stored: 10, ignored: 2, held: 0, missing: 0, excluded: '', under_way: false,
    adds_up: true, error: null, compared_at: '2026-01-01T02:00:00Z', found_missing: 0,
    reasons: [{ state: 'stored', reason: '', count: 10 }, { state: 'ignored', reason: 'outside_window', count: 2 }], ...known,
  }
}

/** A mailbox of these folders, added together. */
export function aMailbox(folders: FolderLedger[], known: Partial<Mailbox> = {}): Mailbox {
  const sum = (count: (folder: FolderLedger) => number) => folders.reduce((total, folder) => total + count(folder), 0)
  const totals: Counts = {
    on_server: sum((folder) => folder.on_server), stored: sum((folder) => folder.stored),
    ignored: sum((folder) => folder.ignored), held: sum((folder) => folder.held), missing: sum((folder) => folder.missing),
    found_missing: sum((folder) => folder.found_missing), reasons: folders.flatMap((folder) => folder.reasons),
    compared_at: folders[0]?.compared_at ?? null,
  }
  return {
    state: 'idle', last_synced_at: '2026-01-01T03:00:00Z', error: null, folders, totals,
    adds_up: folders.every((folder) => folder.adds_up), ...known,
  }
}

export function aHeldMail(known: Partial<HeldMail> = {}): HeldMail {
  return {
    folder_id: 1, folder: 'INBOX', uid: 5, internal_date: '2026-01-01T00:00:00Z', size: 2500, code: 'mail_unreadable',
    detail: 'bad byte', attempts: 2, subject: 'Offer', sender: 'Ann Example', bytes_kept: 2500, ...known,
  }
}
