import userEvent from '@testing-library/user-event'
import { screen, waitFor } from '@testing-library/vue'
import { describe, expect, test } from 'vitest'
import SettingsDialog from '@/features/settings/settings-dialog.vue'
import { aUser, someSettings } from '@tests/builders'
import { FakeServer, problem } from '@tests/fake-server'
import { show } from '@tests/page'

async function openSettings(server = new FakeServer(), user = aUser()) {
  let settings = someSettings()
  server.on('GET /settings', () => settings)
  if (server.askedFor('PATCH /settings').length === 0) {
    server.on('PATCH /settings', ({ body }) => (settings = { ...settings, ...(body as object) }))
  }
  const page = await show(SettingsDialog, server, { user })
  if (user.role === 'admin') await screen.findByLabelText('Mail server (IMAP)')
  return { page, server, hands: userEvent.setup() }
}

const field = (label: string) => screen.getByLabelText<HTMLInputElement>(label)

/** The words that a field is described by: its error, when it has one. */
function described(label: string): string {
  const id = field(label).getAttribute('aria-describedby') ?? ''
  return document.getElementById(id)?.textContent ?? ''
}

describe('testing the mailbox', () => {
  test('shows the folders that were found', async () => {
    const { server, hands } = await openSettings()
    server.on('POST /settings/mailbox/test', () => ({
      folders: [{ name: 'INBOX', messages: 12, excluded: false }, { name: 'Drafts', messages: 1, excluded: true }],
    }))

    await hands.type(field('Mailbox password'), 'secret')
    await hands.click(screen.getByRole('button', { name: 'Test connection' }))

    expect(await screen.findByText('INBOX')).toBeTruthy()
    expect(screen.getByText('12 mails')).toBeTruthy()
    expect(screen.getByText('excluded')).toBeTruthy()
    expect(server.askedFor('POST /settings/mailbox/test')[0]?.body).toEqual({
      mail_host: 'imap.example.com', mail_port: 993, mail_username: 'sales@example.com', mail_password: 'secret',
    })
  })

  test.each([
    ['mailbox_unreachable', 'Mail server (IMAP)', 'cannot be reached'],
    ['mailbox_certificate_untrusted', 'Mail server (IMAP)', 'not trusted'],
    ['mailbox_login_refused', 'Mailbox password', 'refused this account'],
    ['mailbox_tls_required', 'Port', 'no encrypted connection'],
    ['mailbox_protocol_error', 'Port', 'does not speak IMAP'],
  ])('says %s in words at its field', async (code, label, words) => {
    const { server, hands } = await openSettings()
    server.on('POST /settings/mailbox/test', () => problem(503, code))

    await hands.click(screen.getByRole('button', { name: 'Test connection' }))

    await waitFor(() => expect(described(label)).toContain(words))
    expect(field(label).getAttribute('aria-invalid')).toBe('true')
  })

  test('says that a slow server is still being asked', async () => {
    const { server, hands } = await openSettings()
    server.on('POST /settings/mailbox/test', () => Response.json({ request_id: 'r1' }, { status: 202 }))
    await hands.click(screen.getByRole('button', { name: 'Test connection' }))
    expect(await screen.findByText(/test is still running/)).toBeTruthy()
  })
})

describe('saving', () => {
  test('sends only what was changed, and says that it is saved', async () => {
    const { server, hands } = await openSettings()

    await hands.clear(field('Read mail of the last … days'))
    await hands.type(field('Read mail of the last … days'), '20')
    await hands.click(screen.getByRole('button', { name: 'Save' }))

    expect(await screen.findByText('Saved')).toBeTruthy()
    expect(server.askedFor('PATCH /settings')[0]?.body).toEqual({ monitor_mail_days: 20 })
  })

  test('puts a refusal at its field and keeps what was typed', async () => {
    const { server, hands } = await openSettings()
    server.on('PATCH /settings', () => problem(422, 'request_invalid', [{ field: 'mail_host', code: 'host_invalid' }]))

    await hands.type(field('Mail server (IMAP)'), '?')
    await hands.click(screen.getByRole('button', { name: 'Save' }))

    await waitFor(() => expect(described('Mail server (IMAP)')).toContain('not a server address'))
    expect(field('Mail server (IMAP)').value).toBe('imap.example.com?')
    expect(screen.queryByText('Saved')).toBeNull()
  })

  test('says what went wrong as a whole when no field is to blame', async () => {
    const { server, hands } = await openSettings()
    server.on('PATCH /settings', () => problem(503, 'database_busy'))
    await hands.type(field('Mailbox account'), 'x')
    await hands.click(screen.getByRole('button', { name: 'Save' }))
    expect((await screen.findByRole('alert')).textContent).toContain('The database is busy')
  })

  test('an answer that comes meanwhile does not take away what is being typed', async () => {
    const { page, server, hands } = await openSettings()
    await hands.type(field('Mailbox account'), '.new')
    server.on('GET /settings', () => someSettings({ mail_host: 'mail.example.org', mail_username: 'info@example.com' }))

    await page.queries.refetchQueries()

    await waitFor(() => expect(field('Mail server (IMAP)').value).toBe('mail.example.org'))
    expect(field('Mailbox account').value).toBe('sales@example.com.new')
  })
})

test('whoever is no admin is shown only their own choices', async () => {
  await openSettings(new FakeServer(), aUser({ role: 'member' }))
  expect(await screen.findByLabelText('Time zone')).toBeTruthy()
  expect(screen.queryByLabelText('Mail server (IMAP)')).toBeNull()
})
