import { fireEvent, screen, waitFor, within } from '@testing-library/vue'
import { expect, test } from 'vitest'
import type { Import, ImportRow } from '@/api/types'
import ImportsPage from '@/features/imports/imports-page.vue'
import { aUser } from '@tests/builders'
import { FakeServer, problem } from '@tests/fake-server'
import { show } from '@tests/page'

function anImport(known: Partial<Import> = {}): Import {
  return {
    id: 7, file_name: 'buyers.csv', size: 240, state: 'previewed', by: '1', by_name: 'admin', change_id: 'c', causes: [],
    created_at: '2026-01-01T00:00:00Z', changed_at: '2026-01-01T00:00:00Z',
    layout: { kind: 'csv', charset: 'gb18030', delimiter: ',', header: true },
    columns: [
      { position: 1, header: 'Reach', field: 'email', samples: ['ann@example.com'] },
      { position: 2, header: 'Firm', field: 'company', samples: ['Acme'] },
    ],
    counts: { new: 0, update: 1, same: 0, conflict: 0, invalid: 0 }, progress: { done: 0, total: 1 },
    applied: { added: 0, updated: 0, skipped: 0 }, undone: { reversed: 0, kept: 0, failed: 0 }, error: null, ...known,
  }
}

const UPDATE: ImportRow = {
  number: 1, line: 2, kind: 'update', state: 'waiting', email: 'ann@example.com', customer_id: 3, reason: null, deleted_before: null,
  values: { email: 'ann@example.com', company: 'New' }, changes: { company: { old: 'Old', new: 'New' } },
}
const list = (...items: object[]) => ({ items, next_cursor: null, previous_cursor: null, total: items.length })

/** A server on which one import stands as it was left. */
function serverWith(one: Import): { server: FakeServer; now: { one: Import } } {
  const now = { one }
  const server = new FakeServer()
    .on('GET /imports', () => list(now.one))
    .on('GET /imports/7', () => now.one)
    .on('GET /imports/7/rows', () => list(UPDATE))
  return { server, now }
}

const shown = (server: FakeServer, address = '/imports?import=7') => show(ImportsPage, server, { address })

test('a preview says what would take the place of what, and writes nothing until somebody says so', async () => {
  const { server, now } = serverWith(anImport())
  server.on('POST /imports/7/apply', () => {
    now.one = anImport({ state: 'applied', applied: { added: 0, updated: 1, skipped: 0 } })
    return now.one
  })
  const { notices } = await shown(server)

  const table = await screen.findByRole('table')
  expect(within(table).getByText('Old').tagName).toBe('DEL')
  expect(within(table).getByText('New').tagName).toBe('INS')
  expect(server.askedFor('POST /imports/7/apply')).toEqual([])
  await fireEvent.click(screen.getByRole('button', { name: 'Import 1' }))

  await screen.findByRole('heading', { name: 'Import finished' })
  await waitFor(() => expect(notices.list.map(({ text }) => text)).toEqual(['buyers.csv: 0 added, 1 updated']))
})

test('an import is taken back, and what was kept is told', async () => {
  const applied = anImport({ state: 'applied', applied: { added: 2, updated: 1, skipped: 0 } })
  const { server, now } = serverWith(applied)
  server.on('POST /imports/7/undo', () => {
    now.one = { ...applied, state: 'undone', undone: { reversed: 2, kept: 1, failed: 0 } }
    return now.one
  })
  const { notices } = await shown(server)
  await fireEvent.click(await screen.findByRole('button', { name: 'Undo import' }))

  await screen.findByRole('heading', { name: 'Import undone' })
  expect(screen.getByText('changed since the import')).toBeTruthy()
  await waitFor(() => expect(notices.list.at(-1)?.text).toMatch(/2 taken back, 1 kept/))
})

test('while the server is at work it is watched, though the answer to the act has not come', async () => {
  const { server, now } = serverWith(anImport())
  let answer: (one: Import) => void = () => undefined
  server.on('POST /imports/7/apply', () => {
    now.one = anImport({ state: 'applying', progress: { done: 1, total: 4 } })
    return new Promise<Import>((resolve) => (answer = resolve))
  })
  await shown(server)
  await fireEvent.click(await screen.findByRole('button', { name: 'Import 1' }))

  const bar = await screen.findByRole('progressbar', { name: 'Importing' })
  expect([bar.getAttribute('value'), bar.getAttribute('max')]).toEqual(['1', '4'])
  expect(screen.getByRole('button', { name: 'Stop importing' })).toBeTruthy()
  now.one = anImport({ state: 'applied', applied: { added: 0, updated: 1, skipped: 0 } })
  answer(now.one)
  await screen.findByRole('heading', { name: 'Import finished' })
})

test('what the columns are is corrected, and nothing is imported until the file was read like that', async () => {
  const { server, now } = serverWith(anImport())
  server.on('POST /imports/7/columns', () => now.one)
  await shown(server)
  await fireEvent.click(await screen.findByRole('button', { name: 'Correct' }))
  await fireEvent.update(screen.getByLabelText('Firm'), 'email')
  expect(screen.getByText('Two columns are the same field: Email')).toBeTruthy()
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Import 1' }).disabled).toBe(true)
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Read again like this' }).disabled).toBe(true)

  await fireEvent.update(screen.getByLabelText('Firm'), 'name')
  await fireEvent.click(screen.getByRole('button', { name: 'Read again like this' }))
  await waitFor(() => expect(server.askedFor('POST /imports/7/columns').map(({ body }) => body)).toEqual([
    { charset: 'gb18030', delimiter: ',', header: true, columns: ['email', 'name'] },
  ]))
})

test('columns are guessed anew when the file is written otherwise', async () => {
  const { server, now } = serverWith(anImport())
  server.on('POST /imports/7/columns', () => now.one)
  await shown(server)
  await fireEvent.click(await screen.findByRole('button', { name: 'Correct' }))
  await fireEvent.update(screen.getByLabelText('Delimiter'), ';')
  await fireEvent.click(screen.getByRole('button', { name: 'Read again like this' }))
  await waitFor(() => expect(server.askedFor('POST /imports/7/columns').map(({ body }) => body)).toEqual([
    { charset: 'gb18030', delimiter: ';', header: true },
  ]))
})

test('the history shows what came of each import, and takes one back', async () => {
  const { server } = serverWith(anImport({ state: 'applied', applied: { added: 1, updated: 2, skipped: 0 } }))
  server.on('POST /imports/7/undo', () => problem(409, 'import_state_wrong'))
  const { notices } = await shown(server, '/imports')
  const history = await screen.findByRole('region', { name: 'Import history' })
  expect(await within(history).findByText('Added 1 · Updated 2')).toBeTruthy()
  await fireEvent.click(within(history).getByRole('button', { name: 'Undo import: buyers.csv' }))
  await waitFor(() => expect(notices.list.at(-1)?.text).toMatch(/state in which this cannot be done/))
})

test('whoever only looks is told so, and nothing is asked for', async () => {
  const { server } = serverWith(anImport())
  await show(ImportsPage, server, { address: '/imports?import=7', user: aUser({ role: 'viewer' }) })
  expect(screen.getByText('Your account can look but not change.')).toBeTruthy()
  expect(server.asked.filter(({ path }) => path.startsWith('/imports'))).toEqual([])
})

test('an import that is not known any more says so, and leads back', async () => {
  const server = new FakeServer().on('GET /imports', () => list())
  server.on('GET /imports/7', () => problem(404, 'import_not_found'))
  const { router } = await shown(server)
  expect((await screen.findByRole('alert')).textContent).toMatch(/not known any more/)
  router.addRoute({ path: '/imports', name: 'imports', component: { render: () => null } })
  await fireEvent.click(screen.getByRole('button', { name: 'Back' }))
  await waitFor(() => expect(router.currentRoute.value.query).toEqual({}))
})
