import type { Customer, Message, Settings, User } from '@/api/types'

/** A customer of whom only what matters is said. */
export function aCustomer(known: Partial<Customer> = {}): Customer {
  return {
    id: 1, name: 'Ann Example', email: 'ann@example.com', importance: 3, company: '', country: '', address: '', phone: '',
    website: '', comment: '', last_contact_date: null, last_checked_date: null, last_checked_log: '', valid: 2, version: 1,
    created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z', ...known,
  }
}

export function aMessage(known: Partial<Message> = {}): Message {
  return {
    id: 1, sender: 'Ann Example', date: '2026-01-01T00:00:00Z', type: 'receive', subject: 'Hello', content: '<p>Hello</p>',
    addresses: ['ann@example.com'], blocked_images: 0, attachments: [], ...known,
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
