import userEvent from '@testing-library/user-event'
import { screen, waitFor, within } from '@testing-library/vue'
import { describe, expect, test } from 'vitest'
import type { Check, CheckQueue } from '@/api/types'
import ChecksPage from '@/features/checks/checks-page.vue'
import { aCustomer, aUser } from '@tests/builders'
import { FakeServer } from '@tests/fake-server'
import { show } from '@tests/page'

const aCheck = (known: Partial<Check> = {}): Check => ({
  id: 1, customer_id: 1, email: 'ann@example.com', verdict: 'valid', valid: 1, log: 'Success', source: 'guest',
  evidence: 'status 1', known_at: '2026-01-01T00:00:00Z', checked_at: '2026-01-01T00:00:00Z', credits: null, ...known,
})
const aQueue = (known: Partial<CheckQueue> = {}): CheckQueue => ({
  provider: 'guest', per_hour: 5, waiting: 0, free_calls: 5, blocked_until: null, fault: '', credits: null, ends_at: null,
  items: [], history: [aCheck()], ...known,
})
const aServer = (queue: CheckQueue, ...found: Check[]) =>
  new FakeServer()
    .on('GET /checks', () => queue)
    .on('GET /customers/1', () => aCustomer({ valid: 2 }))
    .on('GET /customers/1/checks', () => ({ items: found }))
const ann = () => screen.findByRole('button', { name: 'ann@example.com' })

describe('how it stands', () => {
  test('tells who is asked, what that reveals, how long the queue is and how many questions are left', async () => {
    const waits = {
      customer_id: 2, email: 'li@example.cn', lane: 'first', queued_at: '2026-01-01T00:00:00Z', expected_at: '2026-01-01T05:00:00Z',
    }
    await show(ChecksPage, aServer(aQueue({ waiting: 7, free_calls: 2, ends_at: '2026-01-01T06:00:00Z', items: [waits] })))
    expect(await screen.findByText('verify-email.org (as a guest)')).toBeTruthy()
    expect(screen.getByText(/verify-email.org learns every address/)).toBeTruthy()
    expect(screen.getByText('7 waiting, all checked by about 2026-01-01 06:00')).toBeTruthy()
    expect(screen.getByText('2 of 5')).toBeTruthy()
    const row = within(screen.getByRole('button', { name: 'li@example.cn' }).closest('tr')!)
    expect(row.getByText('first check')).toBeTruthy()
    expect(row.getByText('2026-01-01 05:00')).toBeTruthy()
  })

  test('tells what is wrong with the checker', async () => {
    await show(ChecksPage, aServer(aQueue({ fault: 'HTTP 503', blocked_until: '2026-01-01T02:00:00Z' })))
    expect((await screen.findByRole('alert')).textContent).toContain('HTTP 503')
    expect(screen.getByText('2026-01-01 02:00')).toBeTruthy()
  })

  test('counts no questions where nobody is asked', async () => {
    await show(ChecksPage, aServer(aQueue({ provider: 'local', per_hour: 0, history: [] })))
    expect(await screen.findByText(/No customer's address is sent to anybody/)).toBeTruthy()
    expect(screen.queryByText('Questions left this hour')).toBeNull()
    expect(screen.getByText('Nothing was checked yet')).toBeTruthy()
  })
})

test.each<[string, Partial<Check>, string]>([
  ['a bounce', { source: 'mail', evidence: 'bounce, message 5' }, 'Mail to this address came back: there is no such mailbox.'],
  ['a reply', { source: 'mail', evidence: 'reply, message 5' }, 'A person wrote to us from this address.'],
  ['the DNS', { source: 'local', evidence: 'dns: NXDOMAIN' }, 'The domain does not exist.'],
  ['mail servers', { source: 'local', evidence: 'dns: MX mx.example.com.' }, 'The domain takes mail; whether the mailbox exists cannot be told.'],
  ['a silent server', { source: 'local', evidence: 'dns: LifetimeTimeout' }, "The domain's name server did not answer."],
  ['nothing', { source: 'local', evidence: '' }, 'No mail and no check tells of this address.'],
  ['a person', { source: 'person', evidence: '' }, 'Set by hand.'],
  ['a provider', { source: 'guest', evidence: 'status 1' }, 'The answer of verify-email.org (as a guest).'],
  ['an unknown provider', { source: 'other', evidence: 'x' }, 'The answer of other.'],
])('a finding that rests on %s says so', async (_, known, words) => {
  await show(ChecksPage, aServer(aQueue({ history: [aCheck(known)] })))
  expect(await screen.findByText(words)).toBeTruthy()
})

describe('one address', () => {
  test('is shown with everything that was ever found, and checked at once', async () => {
    const server = aServer(aQueue(), aCheck({ verdict: 'unconfirmed', log: 'ServerIsCatchAll', valid: 2 }))
    server.on('POST /customers/1/check', () => {
      server.on('GET /customers/1/checks', () => ({ items: [aCheck({ id: 2 })] }))
      return Response.json(aCheck({ id: 2 }), { status: 201 })
    })
    const { notices } = await show(ChecksPage, server)
    await userEvent.click(await ann())
    const dialog = within(await screen.findByRole('dialog'))
    expect(await dialog.findByText('ServerIsCatchAll')).toBeTruthy()
    await userEvent.click(dialog.getByRole('button', { name: 'Check now' }))
    expect(await dialog.findByText('Success')).toBeTruthy()
    expect(notices.list).toEqual([])
  })

  test('that takes long says about when', async () => {
    const later = { request_id: 'r1', customer_id: 1, expected_at: '2026-01-01T05:00:00Z' }
    const server = aServer(aQueue()).on('POST /customers/1/check', () => Response.json(later, { status: 202 }))
    const { notices } = await show(ChecksPage, server)
    await userEvent.click(await ann())
    expect(await screen.findByText('This address was not checked yet.')).toBeTruthy()
    await userEvent.click(await screen.findByRole('button', { name: 'Check now' }))
    await waitFor(() => expect(notices.list[0]?.text).toBe('It is first in the queue; expected at about 2026-01-01 05:00.'))
  })

  test('is corrected by hand, which can be taken back', async () => {
    const server = aServer(aQueue()).on('PATCH /customers/1', ({ body }) => aCustomer(body as object))
    const { undo } = await show(ChecksPage, server)
    await userEvent.click(await ann())
    await userEvent.click(await screen.findByRole('button', { name: 'Invalid' }))
    await waitFor(() => expect(server.askedFor('PATCH /customers/1').map(({ body }) => body)).toEqual([{ valid: 0 }]))
    await waitFor(() => expect(undo.undoLast()).toBe(true))
    await waitFor(() => expect(server.askedFor('PATCH /customers/1').at(-1)?.body).toEqual({ valid: 2 }))
  })

  test('offers nothing to do to whoever may only look', async () => {
    await show(ChecksPage, aServer(aQueue()), { user: aUser({ role: 'viewer' }) })
    await userEvent.click(await ann())
    const dialog = within(await screen.findByRole('dialog'))
    expect(await dialog.findByText('Unconfirmed')).toBeTruthy()
    expect(dialog.queryByRole('button', { name: 'Check now' })).toBeNull()
    expect(dialog.queryByRole('group')).toBeNull()
  })
})
