import userEvent from '@testing-library/user-event'
import { screen, waitFor, within } from '@testing-library/vue'
import { afterEach, describe, expect, test, vi } from 'vitest'
import StatisticsPage from '@/features/statistics/statistics-page.vue'
import { FakeServer, problem } from '@tests/fake-server'
import { show } from '@tests/page'

const COUNTS = [0, 1, 2, 3, 4, 5].flatMap((importance) =>
  ([0, 1, 2] as const).map((valid) => ({ importance, valid, count: importance * 10 + valid })),
)
const WEEKS = [
  { week: '2026-W52', receive: 0, sendto: 0 },
  { week: '2026-W53', receive: 12, sendto: 3 },
  { week: '2027-W01', receive: 1200, sendto: 0 },
]
const DEBT = [
  { week: '2026-W53', due: 40 },
  { week: '2027-W01', due: 25 },
]
const ANSWERS = [
  { week: '2026-W53', written: 10, answered: 4, is_complete: true },
  { week: '2027-W01', written: 6, answered: 1, is_complete: false },
]
const aServer = (weeks = WEEKS) =>
  new FakeServer()
    .on('GET /statistics/customers', () => ({ items: COUNTS }))
    .on('GET /statistics/messages', () => ({ items: weeks }))
    .on('GET /statistics/followups', () => ({ items: DEBT, operator: '>=', importance: 2, days: 30 }))
    .on('GET /statistics/answers', () => ({ items: ANSWERS, days: 7 }))

const card = async (name: string) => within(await screen.findByRole('region', { name }))
async function tableOf(name: string): Promise<string[][]> {
  const shown = await card(name)
  await userEvent.click(shown.getByRole('button', { name: 'Table' }))
  const rows = within(await shown.findByRole('table')).getAllByRole('row')
  return rows.map((row) => [...row.children].map((cell) => cell.textContent?.trim() ?? ''))
}

afterEach(() => vi.restoreAllMocks())

describe('the figures as a table', () => {
  test('are the customers of each rating by validity, with their sums', async () => {
    await show(StatisticsPage, aServer(), { address: '/statistics' })
    const table = await tableOf('Customers by rating')
    expect(table[0]).toEqual(['Rating', 'Valid', 'Unconfirmed', 'Invalid'])
    expect(table[4]).toEqual(['3 stars', '31', '32', '30'])
    expect(table.at(-1)).toEqual(['Total', '156', '162', '150'])
  })

  test('are the mails of every week, those without mail as zero', async () => {
    await show(StatisticsPage, aServer(), { address: '/statistics' })
    const table = await tableOf('Mail per week')
    expect(table.slice(1)).toEqual([
      ['2026-W52 (from 2026-12-21)', '0', '0'],
      ['2026-W53 (from 2026-12-28)', '3', '12'],
      ['2027-W01 (from 2027-01-04)', '0', '1,200'],
      ['Total', '3', '1,212'],
    ])
  })

  test('are who was due when each week ended, which has no sum, and by which rule', async () => {
    await show(StatisticsPage, aServer(), { address: '/statistics' })
    const table = await tableOf('Follow-ups due at the end of each week')
    expect(table).toEqual([
      ['Week', 'Customers due'],
      ['2026-W53 (from 2026-12-28)', '40'],
      ['2027-W01 (from 2027-01-04)', '25'],
    ])
    expect(screen.getByText(/rating at least 2 of 5 stars, not contacted for more than 30 days/)).toBeTruthy()
  })

  test('are who answered of those we wrote to, within the days that were chosen', async () => {
    const server = aServer()
    const { router } = await show(StatisticsPage, server, { address: '/statistics' })
    await userEvent.click((await card('Answers to our mail')).getByRole('button', { name: '14 d' }))
    await waitFor(() => expect(server.askedFor('GET /statistics/answers').at(-1)?.query.get('days')).toBe('14'))
    expect(router.currentRoute.value.query).toEqual({ days: '14' })
    const table = await tableOf('Answers to our mail')
    expect(table.slice(1)).toEqual([
      ['2026-W53 (from 2026-12-28)', '4', '6'],
      ['2027-W01 (from 2027-01-04), time not over yet', '1', '5'],
      ['Total', '5', '11'],
    ])
  })

  test('can be kept as a file that says the same', async () => {
    const files: Blob[] = []
    const names: string[] = []
    URL.createObjectURL = (file) => `blob:${files.push(file as Blob)}`
    URL.revokeObjectURL = () => undefined
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      names.push(this.download)
    })
    await show(StatisticsPage, aServer(), { address: '/statistics' })
    const mail = await card('Mail per week')
    await waitFor(() => expect(mail.getByRole<HTMLButtonElement>('button', { name: 'Download as CSV' }).disabled).toBe(false))
    await userEvent.click(mail.getByRole('button', { name: 'Download as CSV' }))
    expect(names).toEqual(['mail-by-week.csv'])
    expect((await files[0]!.text()).split('\r\n').slice(1, 3)).toEqual(['2026-W52 (from 2026-12-21),0,0', '2026-W53 (from 2026-12-28),3,12'])
  })
})

test('the chart is a picture with a name, and shows what the table says', async () => {
  await show(StatisticsPage, aServer(), { address: '/statistics' })
  const picture = await screen.findByRole('img', { name: /^Chart: Mail per week/ })
  await waitFor(() => expect(picture.querySelector('svg')?.textContent).toContain('12-21'))
  expect(picture.querySelector('svg')?.textContent).toContain('Received')
})

test('weeks without any mail are no chart, and say so', async () => {
  await show(StatisticsPage, aServer(WEEKS.map(({ week }) => ({ week, receive: 0, sendto: 0 }))), { address: '/statistics' })
  expect(await (await card('Mail per week')).findByText('Nothing to count yet')).toBeTruthy()
})

test('how far back stands in the address and is what the server is asked', async () => {
  const server = aServer()
  const { router } = await show(StatisticsPage, server, { address: '/statistics' })
  await userEvent.click((await card('Mail per week')).getByRole('button', { name: '52 wk' }))
  await waitFor(() => expect(server.askedFor('GET /statistics/messages').at(-1)?.query.get('weeks')).toBe('52'))
  expect(router.currentRoute.value.query).toEqual({ weeks: '52' })
})

test('figures that failed say why and can be asked again, while the others are shown', async () => {
  const server = aServer().on('GET /statistics/customers', () => problem(500, 'internal_error'))
  await show(StatisticsPage, server, { address: '/statistics' })
  const failed = await card('Customers by rating')
  const retry = await failed.findByRole('button', { name: 'Try again' })
  server.on('GET /statistics/customers', () => ({ items: COUNTS }))
  await userEvent.click(retry)
  expect((await tableOf('Customers by rating'))[0]?.[0]).toBe('Rating')
})
