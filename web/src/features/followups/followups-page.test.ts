import userEvent from '@testing-library/user-event'
import { fireEvent, screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Followup, User } from '@/api/types'
import FollowupsPage from '@/features/followups/followups-page.vue'
import { aFollowup, aUser, someSettings } from '@tests/builders'
import { FakeServer, problem, type Asked } from '@tests/fake-server'
import { show } from '@tests/page'

const NAMES = ['Ann', 'Bob', 'Cy']

/** A server that keeps the marks of three customers who are due. */
function aServer(customers = NAMES.map((name, at) => aFollowup({ id: at + 1, name, email: `${name.toLowerCase()}@example.com` }))) {
  const kept = new Map(customers.map((customer) => [customer.id, customer]))
  const isHidden = ({ snoozed_until, done_at }: Followup) => snoozed_until !== null || done_at !== null
  const page = ({ query }: Asked) => {
    const items = [...kept.values()].filter((customer) => String(isHidden(customer)) === (query.get('hidden') ?? 'false'))
    return { items, next_cursor: null, previous_cursor: null, total: items.length }
  }
  const change = (id: number, marks: Partial<Followup>) => {
    kept.set(id, { ...kept.get(id)!, ...marks })
    return { customer_id: id, snoozed_until: null, done_at: null, ...marks }
  }
  const server = new FakeServer().on('GET /followups', page).on('GET /settings', () => someSettings({ followup_days: 30 }))
  for (const { id } of customers) {
    server
      .on(`POST /followups/${id}/snooze`, () => change(id, { snoozed_until: '2099-01-05T00:00:00Z' }))
      .on(`DELETE /followups/${id}/snooze`, () => change(id, { snoozed_until: null }))
      .on(`POST /followups/${id}/done`, () => change(id, { done_at: '2026-01-01T00:00:00Z' }))
      .on(`DELETE /followups/${id}/done`, () => change(id, { done_at: null }))
  }
  return server
}

const open = async (server = aServer(), user: User = aUser(), address = '/followups') => {
  const opened = vi.fn()
  const expected = vi.fn()
  const props = { onOpenMessages: opened, onExpectCustomer: expected }
  const shown = await show(FollowupsPage, server, { user, address, props })
  await waitFor(() => expect(server.askedFor('GET /followups').length).toBeGreaterThan(0))
  return { ...shown, server, opened, expected }
}
const names = () => screen.getAllByRole('row').slice(1).map((row) => within(row).getAllByRole('gridcell')[0]?.textContent?.trim())
const current = () => screen.getByRole('group', { name: 'Selected customer' }).querySelector('p')?.textContent?.replace(/\s+/g, ' ').trim()
const listed = (...expected: string[]) => waitFor(() => expect(names()).toEqual(expected))
const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name })

let user: ReturnType<typeof userEvent.setup>
beforeEach(() => {
  user = userEvent.setup()
})

describe('the queue by keys', () => {
  test('walks through the list from wherever the focus is, and says where one is', async () => {
    const { expected } = await open()
    await listed(...NAMES)
    await user.keyboard('j')
    await waitFor(() => expect(current()).toBe('1 of 3 Ann'))
    expect(expected).toHaveBeenLastCalledWith(2)
    await user.keyboard('jj')
    await waitFor(() => expect(current()).toBe('3 of 3 Cy'))
    await user.keyboard('j')
    expect(current()).toBe('3 of 3 Cy')
    await user.keyboard('k')
    await waitFor(() => expect(current()).toBe('2 of 3 Bob'))
  })

  test('shows the mails by Enter, and writes to the customer by M', async () => {
    const { opened } = await open(aServer([aFollowup({ name: 'Ann', email: "o'neil+a@example.com" })]))
    await listed('Ann')
    await user.keyboard('j{Enter}')
    const link = await screen.findByRole('link', { name: 'Write mail' })
    const written = vi.fn((event: Event) => event.preventDefault())
    link.addEventListener('click', written)
    await user.keyboard('m')
    expect(opened).toHaveBeenCalledOnce()
    expect(written).toHaveBeenCalledOnce()
    expect(link.getAttribute('href')).toBe("mailto:o'neil%2Ba@example.com")
  })

  test('snoozes, is done, and goes on to the next one each time', async () => {
    const { server } = await open()
    await listed(...NAMES)
    await user.keyboard('jd')
    await listed('Bob', 'Cy')
    await waitFor(() => expect(current()).toBe('1 of 2 Bob'))
    await user.keyboard('s')
    await listed('Cy')
    await waitFor(() => expect(current()).toBe('1 of 1 Cy'))
    expect(server.askedFor('POST /followups/1/done')).toHaveLength(1)
    expect(server.askedFor('POST /followups/2/snooze')[0]?.body).toEqual({ days: 3 })
  })

  test('takes the newest mark back by Ctrl+Z, and then the one before', async () => {
    const { notices } = await open()
    await listed(...NAMES)
    await user.keyboard('jd')
    await listed('Bob', 'Cy')
    await user.keyboard('s')
    await listed('Cy')
    await user.keyboard('{Control>}z{/Control}')
    await listed('Bob', 'Cy')
    await waitFor(() => expect(current()).toBe('1 of 2 Bob'))
    await user.keyboard('{Control>}z{/Control}')
    await listed(...NAMES)
    await waitFor(() => expect(notices.list).toEqual([]))
  })

  test('leaves letters alone where they are typed or composed', async () => {
    const { server } = await open()
    await listed(...NAMES)
    await user.keyboard('j')
    await user.type(screen.getByRole('spinbutton'), 'd')
    await fireEvent.keyDown(screen.getByRole('combobox', { name: /Name/ }), { key: 'd', isComposing: true })
    expect(server.askedFor('POST /followups/1/done')).toEqual([])
  })

  test('cares for nobody twice while a key is held down', async () => {
    const { server } = await open()
    await listed(...NAMES)
    await user.keyboard('j')
    await waitFor(() => expect(current()).toContain('Ann'))
    await fireEvent.keyDown(document.body, { key: 'd', repeat: true })
    expect(server.askedFor('POST /followups/1/done')).toEqual([])
  })
})

describe('a mark', () => {
  test('dims the row until the server has agreed, while one is with the next already', async () => {
    const server = aServer()
    let agree: (answer: object) => void = () => undefined
    server.on('POST /followups/1/done', () => new Promise((resolve) => (agree = resolve)))
    await open(server)
    await listed(...NAMES)
    await user.keyboard('jd')
    await waitFor(() => expect(current()).toBe('2 of 3 Bob'))
    expect(screen.getByText('Ann').closest('[role=row]')?.className).toContain('followup-leaving')
    server.on('GET /followups', () => ({ items: [aFollowup({ id: 2, name: 'Bob' })], next_cursor: null, previous_cursor: null, total: 1 }))
    agree({ customer_id: 1, snoozed_until: null, done_at: '2026-01-01T00:00:00Z' })
    await listed('Bob')
    await waitFor(() => expect(current()).toBe('1 of 1 Bob'))
  })

  test('that is refused leaves the row, and says why', async () => {
    const server = aServer().on('POST /followups/1/snooze', () => problem(500, 'internal_error'))
    const { notices } = await open(server)
    await listed(...NAMES)
    await user.keyboard('js')
    await waitFor(() => expect(notices.list).toMatchObject([{ tone: 'failed', text: 'Nothing was changed for Ann' }]))
    await listed(...NAMES)
    expect(screen.getByText('Ann').closest('[role=row]')?.className).not.toContain('followup-leaving')
  })

  test('of the last one leaves the one before it selected', async () => {
    await open()
    await listed(...NAMES)
    await user.keyboard('jjj')
    await waitFor(() => expect(current()).toContain('Cy'))
    await user.click(button('Done'))
    await listed('Ann', 'Bob')
    await waitFor(() => expect(current()).toBe('2 of 2 Bob'))
  })

  test('can be undone where it is told, with the date it would have ended', async () => {
    const { notices } = await open()
    await listed(...NAMES)
    await user.keyboard('j')
    await user.selectOptions(screen.getByRole('combobox', { name: 'For' }), '1 week')
    await user.click(button('Snooze'))
    await waitFor(() => expect(notices.list).toMatchObject([{ text: 'Ann is off the list until 2099-01-05' }]))
    notices.list[0]?.action?.run()
    await listed(...NAMES)
    await waitFor(() => expect(current()).toBe('1 of 3 Ann'))
    expect(localStorage.getItem('mycrm.snooze')).toBe('7')
  })

  test('can be taken back much later from the list of those put off', async () => {
    const { server } = await open()
    await listed(...NAMES)
    await user.keyboard('js')
    await listed('Bob', 'Cy')
    await user.click(button('Put off'))
    await listed('Ann')
    expect(screen.getByText('Until 2099-01-05')).toBeTruthy()
    await user.click(screen.getByText('Ann'))
    await user.click(button('Put back'))
    expect(await screen.findByText('Nobody is put off')).toBeTruthy()
    expect(server.askedFor('DELETE /followups/1/snooze')).toHaveLength(1)
    await user.click(button('Show those due'))
    await listed(...NAMES)
  })
})

describe('the rule', () => {
  test('is that of the settings, and a change asks without storing', async () => {
    const { server, router } = await open()
    await listed(...NAMES)
    expect(screen.queryByRole('button', { name: 'Save as defaults' })).toBeNull()
    await user.selectOptions(screen.getByRole('combobox', { name: 'Rating is' }), 'exactly')
    const days = screen.getByRole('spinbutton', { name: 'Days without contact' })
    await user.clear(days)
    await user.type(days, '45')
    await waitFor(() => expect(router.currentRoute.value.query).toMatchObject({ operator: '=', days: '45' }))
    const asked = await waitFor(() => {
      const { query } = server.askedFor('GET /followups').at(-1)!
      expect(query.get('days')).toBe('45')
      return query
    })
    expect([asked.get('operator'), asked.get('importance')]).toEqual(['=', '3'])
    expect(server.askedFor('PATCH /settings')).toEqual([])
  })

  test('becomes the default when an admin says so', async () => {
    const server = aServer().on('PATCH /settings', ({ body }) => someSettings(body as object))
    const { router } = await open(server, aUser(), '/followups?importance=5&days=10')
    await user.click(await screen.findByRole('button', { name: 'Save as defaults' }))
    await waitFor(() => expect(router.currentRoute.value.query).toEqual({}))
    expect(server.askedFor('PATCH /settings')[0]?.body).toEqual({
      followup_importance_operators: '>=', followup_importance: 5, followup_days: 10,
    })
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Save as defaults' })).toBeNull())
  })

  test.each([['member', true], ['viewer', false]] as const)('is no %s’s to store', async (role, mayMark) => {
    await open(aServer(), aUser({ role }), '/followups?days=10')
    expect(await screen.findByRole('button', { name: 'Reset' })).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Save as defaults' })).toBeNull()
    expect(screen.queryByRole('button', { name: 'Done' }) !== null).toBe(mayMark)
  })

  test('ignores an address that makes no sense', async () => {
    const { server } = await open(aServer(), aUser(), '/followups?operator=lots&importance=9&days=-3')
    await listed(...NAMES)
    const { query } = server.askedFor('GET /followups').at(-1)!
    expect([query.get('operator'), query.get('importance'), query.get('days')]).not.toContain('lots')
    expect(query.get('importance')).not.toBe('9')
    expect(query.get('days')).not.toBe('-3')
  })
})

describe('the list', () => {
  test('says of everybody why they are on it, by the reader’s calendar', async () => {
    vi.useFakeTimers({ now: new Date('2026-03-01T12:00:00Z'), toFake: ['Date'] })
    await open(aServer([
      aFollowup({ id: 1, name: 'Ann' }),
      aFollowup({
        id: 2, name: 'Bob', company: 'Example Ltd', last_contact_date: '2026-01-10T23:00:00Z', company_last_contact: '2026-01-20T00:30:00Z',
      }),
    ]))
    expect(await screen.findByText('Never written to')).toBeTruthy()
    expect(screen.getByText('Last written to 50 days ago, a colleague 40 days ago')).toBeTruthy()
    vi.useRealTimers()
  })

  test('that is empty says what can be done', async () => {
    await open(aServer([]), aUser(), '/followups?days=3000')
    expect(await screen.findByText('Nobody is waiting')).toBeTruthy()
    expect(screen.getAllByRole('button', { name: 'Reset' }).length).toBeGreaterThan(0)
    expect(button('Show those put off')).toBeTruthy()
  })

  test('that failed says why and can be asked again', async () => {
    const server = aServer().on('GET /followups', () => problem(500, 'internal_error'))
    await open(server)
    const retry = await screen.findByRole('button', { name: 'Try again' })
    server.on('GET /followups', () => ({ items: [aFollowup({ name: 'Ann' })], next_cursor: null, previous_cursor: null, total: 1 }))
    await user.click(retry)
    await listed('Ann')
  })
})
