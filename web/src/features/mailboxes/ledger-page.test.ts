import userEvent from '@testing-library/user-event'
import { screen, waitFor, within } from '@testing-library/vue'
import { describe, expect, test, vi } from 'vitest'
import LedgerPage from '@/features/mailboxes/ledger-page.vue'
import type { FolderLedger, HeldMail } from '@/api/types'
import { aFolder, aHeldMail, aMailbox, aUser } from '@tests/builders'
import { FakeServer, problem } from '@tests/fake-server'
import { show } from '@tests/page'

const list = (...items: HeldMail[]) => ({ items, next_cursor: null, previous_cursor: null, total: items.length })

function aServer(folders: FolderLedger[], ...held: HeldMail[]): FakeServer {
  return new FakeServer().on('GET /mailbox', () => aMailbox(folders)).on('GET /mailbox/held', () => list(...held))
}

const row = async (folder: string) => {
  const found = (await screen.findByRole('button', { name: folder })).closest('tr')
  return within(found!)
}
const button = (name: string | RegExp) => screen.getByRole('button', { name })
const doneWith = (answer: object) => ({ request_id: 'r1', state: 'answered', answer: { detail: '', folders: [], ...answer } })

describe('the folders', () => {
  test('add up when every mail is in a set', async () => {
    await show(LedgerPage, aServer([aFolder(), aFolder({ folder_id: 2, name: 'Sent' })]))

    const inbox = await row('INBOX')
    expect(inbox.getAllByRole('cell').map((cell) => cell.textContent?.trim())).toEqual(['12', '10', '2', '0', '0', 'Adds up'])
    expect(screen.getByText(/^It adds up/)).toBeTruthy()
    expect(screen.getByRole('rowheader', { name: 'All folders' })).toBeTruthy()
  })

  test.each<[Partial<FolderLedger>, string, RegExp]>([
    [{ missing: 1, stored: 9, adds_up: false }, 'Mail missing', /^Mail is missing/],
    [{ under_way: true, adds_up: false }, 'Being counted', /^Still counting/],
    [{ on_server: 13, adds_up: false }, 'Changed meanwhile', /^Mail came or went/],
    [{ error: { code: 'folder_failed', detail: 'x' } }, 'Failed', /^A folder could not be read/],
    [{ excluded: 'rule' }, 'Not read', /^It adds up/],
  ])('say what is the case with them: %o', async (known, word, verdict) => {
    await show(LedgerPage, aServer([aFolder(known)]))
    expect((await row('INBOX')).getByText(word)).toBeTruthy()
    expect(screen.getByText(verdict)).toBeTruthy()
  })

  test('unfold to what is behind the numbers, in words', async () => {
    const reasons: FolderLedger['reasons'] = [
      { state: 'stored', reason: '', count: 7 }, { state: 'ignored', reason: 'outside_window', count: 2 },
      { state: 'ignored', reason: 'some_new_rule', count: 1 }, { state: 'held', reason: 'mail_too_costly', count: 1 },
      { state: 'missing', reason: '', count: 1 },
    ]
    const error = { code: 'mailbox_protocol_error', detail: 'BAD tag' }
    await show(LedgerPage, aServer([aFolder({ reasons, error, found_missing: 3 })]))
    const fold = await screen.findByRole('button', { name: 'INBOX' })
    expect(fold.getAttribute('aria-expanded')).toBe('false')

    await userEvent.click(fold)

    expect(fold.getAttribute('aria-expanded')).toBe('true')
    const detail = within(document.getElementById(fold.getAttribute('aria-controls') ?? '')!)
    expect(detail.getByText('older than the days that are read')).toBeTruthy()
    expect(detail.getByText('some_new_rule')).toBeTruthy()
    expect(detail.getByText('A mail took too much time or memory to read')).toBeTruthy()
    expect(detail.getByText(/content is gone/)).toBeTruthy()
    expect(detail.getByText('BAD tag')).toBeTruthy()
    expect(detail.getByText('Last compared mail by mail on 2026-01-01 02:00; 3 missing then, fetched again.')).toBeTruthy()
    await userEvent.keyboard('{Enter}')
    expect(fold.getAttribute('aria-expanded')).toBe('false')
  })
})

describe('checking now', () => {
  test('follows the look to its end, and then shows the new numbers', async () => {
    const server = aServer([aFolder({ missing: 1, stored: 9, adds_up: false })])
    server.on('POST /mailbox/sync', () => Response.json({ request_id: 'r1' }, { status: 202 }))
    server.on('GET /requests/r1', () => doneWith({ ok: true, code: '' }))
    await show(LedgerPage, server)
    await row('INBOX')
    server.on('GET /mailbox', () => aMailbox([aFolder()]))

    await userEvent.click(button('Check now'))

    expect(await screen.findByText(/^It adds up/)).toBeTruthy()
    expect(server.askedFor('GET /requests/r1')).toHaveLength(1)
  })

  test('says why it could not be done', async () => {
    const server = aServer([aFolder()])
    server.on('POST /mailbox/sync', () => Response.json({ request_id: 'r1' }, { status: 202 }))
    server.on('GET /requests/r1', () => doneWith({ ok: false, code: 'mailbox_unreachable' }))
    const { notices } = await show(LedgerPage, server)
    await row('INBOX')

    await userEvent.click(button('Check now'))

    await waitFor(() => expect(notices.list[0]?.text).toContain('cannot be reached'))
  })
})

test('the numbers follow a look that is going on, and rest when it is over', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true })
  try {
    const server = aServer([aFolder()]).on('GET /mailbox', () => aMailbox([aFolder()], { state: 'syncing' }))
    await show(LedgerPage, server)
    await row('INBOX')
    server.on('GET /mailbox', () => aMailbox([aFolder({ stored: 11 })]))
    await vi.advanceTimersByTimeAsync(2_500)
    expect((await row('INBOX')).getByText('11')).toBeTruthy()
    const asked = server.askedFor('GET /mailbox').length
    await vi.advanceTimersByTimeAsync(30_000)
    expect(server.askedFor('GET /mailbox')).toHaveLength(asked)
    await vi.advanceTimersByTimeAsync(40_000)
    expect(server.askedFor('GET /mailbox')).toHaveLength(asked + 1)
  } finally {
    vi.useRealTimers()
  }
})

describe('held mail', () => {
  test('says what it is, why it waits, and where its beginning can be had', async () => {
    await show(LedgerPage, aServer([aFolder({ held: 2 })], aHeldMail(), aHeldMail({ uid: 6, subject: '', bytes_kept: 0 })))

    const [first, second] = (await screen.findAllByRole('listitem')).map((item) => within(item))
    expect(first?.getByText('Offer')).toBeTruthy()
    expect(first?.getByText('A mail could not be read')).toBeTruthy()
    expect(first?.getByText('INBOX · 2026-01-01 00:00 · 2.5 kB · tried 2 times')).toBeTruthy()
    expect(first?.getByRole('link', { name: 'Beginning (2.5 kB)' }).getAttribute('href')).toBe('/api/v1/mailbox/held/1/5/beginning')
    expect(second?.getByText('(no subject)')).toBeTruthy()
    expect(second?.queryByRole('link')).toBeNull()
  })

  test('is read again, and leaves the list when it could be', async () => {
    const server = aServer([aFolder({ held: 1 })], aHeldMail())
    server.on('POST /mailbox/held/1/5/retry', () => {
      server.on('GET /mailbox/held', () => list()).on('GET /mailbox', () => aMailbox([aFolder()]))
      return { still_held: 0 }
    })
    const { notices } = await show(LedgerPage, server)
    await screen.findByText('Offer')

    await userEvent.click(button('Read again: Offer'))

    expect(await screen.findByText(/^No mail is held back/)).toBeTruthy()
    expect(notices.list.map(({ text }) => text)).toEqual(['The mail was read'])
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Held mail' }))
  })

  test.each<[string, () => Response | object, string]>([
    ['still cannot be read', () => ({ still_held: 1 }), 'This mail still cannot be read'],
    ['cannot be asked for', () => problem(422, 'mailbox_connection_lost'), 'The connection to the mail server was lost'],
  ])('that %s says so', async (_, answer, words) => {
    const { notices } = await show(LedgerPage, aServer([aFolder()], aHeldMail()).on('POST /mailbox/held/1/5/retry', answer))
    await screen.findByText('Offer')
    await userEvent.click(button('Read again: Offer'))
    await waitFor(() => expect(notices.list.map(({ text }) => text)).toEqual([words]))
  })

  test('can be read again all together, also when that takes long', async () => {
    const server = aServer([aFolder()], aHeldMail(), aHeldMail({ uid: 6 }))
    server.on('POST /mailbox/held/retry', () => Response.json({ request_id: 'r1' }, { status: 202 }))
    server.on('GET /requests/r1', () => doneWith({ ok: true, code: '' }))
    const { notices } = await show(LedgerPage, server)
    await userEvent.click(await screen.findByRole('button', { name: 'Read all again' }))
    await waitFor(() => expect(notices.list[0]?.text).toBe('Read again; the list shows what came of it'))
  })

  test('is fetched from the server before it is saved', async () => {
    const saved: string[] = []
    const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(new URL(this.href).pathname)
    })
    const server = aServer([aFolder()], aHeldMail())
    server.on('POST /mailbox/held/1/5/copy', () => Response.json({ request_id: 'r1' }, { status: 202 }))
    let answers = 0
    server.on('GET /requests/r1', () => (++answers < 2 ? { answer: null } : doneWith({ ok: true, code: '' })))
    await show(LedgerPage, server)
    await userEvent.click(await screen.findByRole('button', { name: 'Download: Offer' }))
    await waitFor(() => expect(saved).toEqual(['/api/v1/mailbox/copies/r1']))
    click.mockRestore()
  })

  test('that is gone from the server says so', async () => {
    const server = aServer([aFolder()], aHeldMail())
    server.on('POST /mailbox/held/1/5/copy', () => Response.json({ request_id: 'r1' }, { status: 202 }))
    server.on('GET /requests/r1', () => doneWith({ ok: false, code: 'mail_gone' }))
    const { notices } = await show(LedgerPage, server)
    await userEvent.click(await screen.findByRole('button', { name: 'Download: Offer' }))
    await waitFor(() => expect(notices.list[0]?.text).toContain('no longer has this mail'))
  })
})

test('whoever may only look is shown the list and nothing to do', async () => {
  await show(LedgerPage, aServer([aFolder()], aHeldMail(), aHeldMail({ uid: 6 })), { user: aUser({ role: 'viewer' }) })
  expect(await screen.findAllByText('Offer')).toHaveLength(2)
  expect(screen.getAllByRole('button').map((each) => each.textContent?.trim())).toEqual(['INBOX'])
  expect(screen.queryByRole('link')).toBeNull()
})

describe('before there is anything to show', () => {
  test('a mailbox that nobody set up leads to the settings', async () => {
    await show(LedgerPage, new FakeServer().on('GET /mailbox', () => aMailbox([], { state: 'not_configured' })))
    expect(await screen.findByText('Mailbox not set up yet')).toBeTruthy()
    expect(screen.getAllByRole('button').map((each) => each.textContent?.trim())).toEqual(['Settings'])
  })

  test('a mailbox that was not read yet says so', async () => {
    await show(LedgerPage, new FakeServer().on('GET /mailbox', () => aMailbox([], { last_synced_at: null })))
    expect(await screen.findByText('Waiting for the first reading')).toBeTruthy()
  })

  test('a mailbox that cannot be reached says why', async () => {
    const error = { code: 'mailbox_login_refused', detail: 'NO wrong password' }
    await show(LedgerPage, new FakeServer().on('GET /mailbox', () => aMailbox([], { state: 'failed', error })))
    expect((await screen.findByRole('alert')).textContent).toContain('refused this account')
    expect(screen.getByText('NO wrong password')).toBeTruthy()
  })

  test('an answer that does not come can be asked for again', async () => {
    const server = new FakeServer().on('GET /mailbox', () => problem(503, 'database_busy'))
    await show(LedgerPage, server)
    expect((await screen.findByRole('alert')).textContent).toContain('The database is busy')
    server.on('GET /mailbox', () => aMailbox([aFolder()])).on('GET /mailbox/held', () => list())
    await userEvent.click(button('Try again'))
    expect(await row('INBOX')).toBeTruthy()
  })
})
