import userEvent from '@testing-library/user-event'
import { screen, within } from '@testing-library/vue'
import { describe, expect, test } from 'vitest'
import MessageDrawer from '@/features/messages/message-drawer.vue'
import { aCustomer, aMessage } from '@tests/builders'
import { FakeServer, problem } from '@tests/fake-server'
import { show } from '@tests/page'

const list = (...items: object[]) => ({ items, next_cursor: null, previous_cursor: null, total: items.length })

function aServer(...messages: object[]): FakeServer {
  return new FakeServer()
    .on('GET /customers/1', () => aCustomer({ name: 'Ann Example', last_contact_date: '2026-03-04T05:06:07Z' }))
    .on('GET /customers/1/messages', () => list(...messages))
    .on('GET /messages', () => list(aMessage({ id: 9, type: 'system', subject: 'Undelivered' })))
}

describe('the messages of a customer', () => {
  test('say who wrote, which way it went and what about', async () => {
    await show(MessageDrawer, aServer(aMessage({ id: 1, type: 'sendto', sender: 'Sales', subject: 'Offer' })), { props: { customerId: 1 } })
    const message = within(await screen.findByRole('article'))
    expect(message.getByText('Sales')).toBeTruthy()
    expect(message.getByText('Offer')).toBeTruthy()
    expect(message.getByText('Sent')).toBeTruthy()
    expect(await screen.findByText('Last contact: 2026-03-04')).toBeTruthy()
  })

  test('load a body only when it is opened, and then in a frame that can do nothing', async () => {
    const { container } = await show(MessageDrawer, aServer(aMessage({ id: 5, subject: 'Offer' })), { props: { customerId: 1 } })
    const opener = await screen.findByRole('button', { name: /Offer/ })
    expect(container.querySelector('iframe')).toBeNull()

    await userEvent.click(opener)

    const frame = container.querySelector('iframe')
    expect(frame?.getAttribute('src')).toBe('/api/v1/messages/5/body')
    expect(frame?.getAttribute('sandbox')).toBe('allow-popups allow-popups-to-escape-sandbox')
  })

  test('load remote images only when asked to', async () => {
    const { container } = await show(MessageDrawer, aServer(aMessage({ id: 5, blocked_images: 2 })), { props: { customerId: 1 } })
    await userEvent.click(await screen.findByRole('button', { name: /Hello/ }))
    await userEvent.click(screen.getByRole('button', { name: 'Show images' }))
    expect(container.querySelector('iframe')?.getAttribute('src')).toBe('/api/v1/messages/5/body?images=remote')
  })

  test('say that there are none yet', async () => {
    await show(MessageDrawer, aServer(), { props: { customerId: 1 } })
    expect(await screen.findByText('No mail yet')).toBeTruthy()
  })

  test('can be asked for again after a failure', async () => {
    const server = aServer().on('GET /customers/1/messages', () => problem(503, 'database_busy'))
    await show(MessageDrawer, server, { props: { customerId: 1 } })
    expect((await screen.findByRole('alert')).textContent).toContain('The database is busy')
    server.on('GET /customers/1/messages', () => list(aMessage()))
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByRole('article')).toBeTruthy()
  })
})

test('without a customer the system speaks', async () => {
  const server = aServer()
  await show(MessageDrawer, server, { props: { customerId: null } })
  expect(await screen.findByText('Undelivered')).toBeTruthy()
  expect(server.askedFor('GET /messages')[0]?.query.get('type')).toBe('system')
})

describe('conversations', () => {
  const inThread = { thread: 'offer', thread_size: 3 }
  const server = () =>
    aServer(aMessage({ id: 7, subject: 'Re: Offer', ...inThread }), aMessage({ id: 5, subject: 'Offer', ...inThread }))
      .on('GET /messages/7/thread', () =>
        list(...[7, 6, 5].map((id) => aMessage({ id, subject: `Letter ${id}`, ...inThread }))))

  test('show their newest mail, and those before it when asked', async () => {
    await show(MessageDrawer, server(), { props: { customerId: 1 } })
    expect(await screen.findAllByRole('article')).toHaveLength(1)
    await userEvent.click(screen.getByRole('button', { name: '2 earlier in this conversation' }))
    expect(await screen.findByText('Letter 6')).toBeTruthy()
    expect(screen.getAllByRole('article').map((article) => article.textContent)).toEqual([
      expect.stringContaining('Re: Offer'), expect.stringContaining('Letter 6'), expect.stringContaining('Letter 5'),
    ])
    await userEvent.click(screen.getByRole('button', { name: 'Fold the conversation' }))
    expect(screen.getAllByRole('article')).toHaveLength(1)
  })

  test('are gone through by j and k, and the mail that is read gives way to the next', async () => {
    Element.prototype.scrollIntoView = () => undefined
    const { container } = await show(
      MessageDrawer, aServer(aMessage({ id: 2, subject: 'Second' }), aMessage({ id: 1, subject: 'First' })), { props: { customerId: 1 } },
    )
    await screen.findAllByRole('article')
    screen.getByRole('region').focus()
    await userEvent.keyboard('j')
    expect(document.activeElement?.textContent).toContain('Second')
    expect(container.querySelector('iframe')).toBeNull()
    await userEvent.keyboard('{Enter}j')
    expect(document.activeElement?.textContent).toContain('First')
    expect(container.querySelectorAll('iframe')).toHaveLength(1)
    expect(container.querySelector('iframe')?.getAttribute('src')).toBe('/api/v1/messages/1/body')
    await userEvent.keyboard('k')
    expect(document.activeElement?.textContent).toContain('Second')
  })
})
