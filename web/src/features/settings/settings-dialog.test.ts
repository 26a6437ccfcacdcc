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
      mail_oauth_provider: '', mail_oauth_client_id: '', mail_oauth_tenant: '',
    })
  })

  test('tries tokens in place of the password, and puts their refusal at the refresh token', async () => {
    const { server, hands } = await openSettings()
    server.on('POST /settings/mailbox/test', () => problem(422, 'mailbox_login_refused'))

    await hands.selectOptions(field('Signing in'), 'microsoft')
    await hands.type(field('Application (client) ID'), 'ours')
    await hands.type(field('Directory (tenant)'), 'example.com')
    await hands.type(field('Refresh token'), 'typed')
    await hands.click(screen.getByRole('button', { name: 'Test connection' }))

    await waitFor(() => expect(described('Refresh token')).toContain('refused this account'))
    expect(screen.queryByLabelText('Mailbox password')).toBeNull()
    expect(server.askedFor('POST /settings/mailbox/test')[0]?.body).toEqual({
      mail_host: 'imap.example.com', mail_port: 993, mail_username: 'sales@example.com',
      mail_oauth_provider: 'microsoft', mail_oauth_client_id: 'ours', mail_oauth_tenant: 'example.com',
      mail_oauth_refresh_token: 'typed',
    })
  })

  test('keeps no token in the page once it is saved', async () => {
    const { server, hands } = await openSettings()
    await hands.selectOptions(field('Signing in'), 'google')
    expect(screen.queryByLabelText('Directory (tenant)')).toBeNull()
    await hands.type(field('Application (client) ID'), 'ours')
    await hands.type(field('Client secret'), 'hidden')
    await hands.type(field('Refresh token'), 'typed')

    await hands.click(screen.getByRole('button', { name: 'Save' }))

    await waitFor(() => expect(field('Refresh token').value).toBe(''))
    expect(field('Client secret').value).toBe('')
    expect(server.askedFor('PATCH /settings')[0]?.body).toEqual({
      mail_oauth_provider: 'google', mail_oauth_client_id: 'ours',
      mail_oauth_client_secret: 'hidden', mail_oauth_refresh_token: 'typed',
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

  test('waits for a slow server, says so, and shows what it answers in the end', async () => {
    const { server, hands } = await openSettings()
    let answer: object | null = null
    server.on('POST /settings/mailbox/test', () => Response.json({ request_id: 'r1' }, { status: 202 }))
    server.on('GET /requests/r1', () => ({ request_id: 'r1', state: 'open', answer }))
    await hands.click(screen.getByRole('button', { name: 'Test connection' }))
    expect(await screen.findByText(/still waiting for its answer/)).toBeTruthy()

    answer = { ok: true, code: '', detail: '', folders: [{ name: 'INBOX', messages: 12, excluded: false }] }

    expect(await screen.findByText('12 mails')).toBeTruthy()
    expect(screen.queryByText(/still waiting/)).toBeNull()
  })

  test('puts what a slow server refuses at its field', async () => {
    const { server, hands } = await openSettings()
    const answer = { ok: false, code: 'mailbox_login_refused', detail: 'no', folders: [] }
    server.on('POST /settings/mailbox/test', () => Response.json({ request_id: 'r1' }, { status: 202 }))
    server.on('GET /requests/r1', () => ({ request_id: 'r1', state: 'answered', answer }))

    await hands.click(screen.getByRole('button', { name: 'Test connection' }))

    await waitFor(() => expect(described('Mailbox password')).toContain('refused this account'))
  })

  test('asks for the password again when another server or account is entered', async () => {
    const { server, hands } = await openSettings()
    const refused = [{ field: 'mail_password', code: 'password_required' }]
    server.on('POST /settings/mailbox/test', () => problem(422, 'request_invalid', refused))
    expect(described('Mailbox password')).toContain('Leave empty to keep it')

    await hands.type(field('Mailbox account'), '.cn')
    expect(described('Mailbox password')).toContain('Enter the password to test this')
    await hands.click(screen.getByRole('button', { name: 'Test connection' }))

    await waitFor(() => expect(field('Mailbox password').getAttribute('aria-invalid')).toBe('true'))
    expect(described('Mailbox password')).toContain('only used with the stored server and account')
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

test('says what a checker of addresses learns before it is chosen, and saves the choice', async () => {
  const { server, hands } = await openSettings()
  await hands.click(screen.getByRole('tab', { name: 'Address checks' }))
  expect(described('Who is asked')).toContain("No customer's address is sent to anybody")
  expect(screen.queryByLabelText('Questions per hour, at most')).toBeNull()
  await hands.selectOptions(field('Who is asked'), 'guest')
  expect(described('Who is asked')).toContain('verify-email.org learns every address')
  expect(field('Questions per hour, at most').value).toBe('5')
  const save = screen.getAllByRole('button', { name: 'Save' }).find((button) => button.checkVisibility())
  await hands.click(save!)
  await waitFor(() => expect(server.askedFor('PATCH /settings')[0]?.body).toEqual({ verifier_provider: 'guest' }))
})

test('a mailbox that many have is filled in by its name, with what has to be done there first', async () => {
  const { server, hands } = await openSettings()
  expect(field('Kind of mailbox').value).toBe('own')
  await hands.selectOptions(field('Kind of mailbox'), 'QQ Mail')
  expect(field('Mail server (IMAP)').value).toBe('imap.qq.com')
  expect(described('Kind of mailbox')).toContain('authorisation code')
  await hands.selectOptions(field('Kind of mailbox'), 'Microsoft 365')
  expect(field('Signing in').value).toBe('microsoft')
  expect(screen.queryByLabelText('Mailbox password')).toBeNull()
  await hands.selectOptions(field('Kind of mailbox'), 'NetEase 163')
  await hands.type(field('Mailbox password'), 'code')
  await hands.click(screen.getAllByRole('button', { name: 'Save' })[0]!)
  await waitFor(() =>
    expect(server.askedFor('PATCH /settings')[0]?.body).toEqual({ mail_host: 'imap.163.com', mail_password: 'code' }),
  )
})
