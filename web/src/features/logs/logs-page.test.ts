import userEvent from '@testing-library/user-event'
import { screen, waitFor } from '@testing-library/vue'
import { defineComponent, h } from 'vue'
import { expect, test } from 'vitest'
import LogsPage from '@/features/logs/logs-page.vue'
import { FakeServer } from '@tests/fake-server'
import { show } from '@tests/page'

const entry = (id: number, text: string) => ({
  id, at: '2026-01-01T00:00:00Z', service: 'api', level: 'info', action: 'log.tested', text, correlation_id: '',
})
const list = (...texts: string[]) => ({
  items: texts.map((text, at) => entry(at, text)), next_cursor: null, previous_cursor: null, total: null,
})

test('a log is searched and filtered by the server, and shown whole again', async () => {
  const server = new FakeServer().on('GET /logs/api', ({ query }) =>
    query.get('q') === null && query.get('level') === null ? list('started', 'stopped') : list(),
  )
  const page = defineComponent({ render: () => h(LogsPage) })
  await show(page, server, { address: '/logs/api', path: '/logs/:service' })
  expect(await screen.findByText('stopped')).toBeTruthy()

  await userEvent.type(screen.getByRole('searchbox', { name: 'Search the log' }), ' disk ')
  await userEvent.click(screen.getByRole('button', { name: 'Errors' }))

  await waitFor(() => {
    const asked = server.askedFor('GET /logs/api').at(-1)?.query
    expect([asked?.get('q'), asked?.get('level')]).toEqual(['disk', 'error'])
  })
  await userEvent.click(await screen.findByRole('button', { name: 'Show everything' }))
  expect(await screen.findByText('started')).toBeTruthy()
})
