import { describe, expect, test, vi } from 'vitest'
import { createBackend } from '@/api/backend'
import type { Problem } from '@/api/problem'
import type { Customer } from '@/api/types'
import { CustomerEdits, type CellEdit } from '@/features/customers/customer-edits'
import { customerSource } from '@/features/customers/customer-source'
import { PageStore } from '@/ui/grid/page-store'
import { aCustomer } from '@tests/builders'
import { FakeServer, problem, type Asked } from '@tests/fake-server'

/** A server with one customer, which guards its version as the real one does. */
async function aListOfOne() {
  const kept = { customer: aCustomer() }
  const server = new FakeServer()
    .on('GET /customers', () => ({ items: [kept.customer], next_cursor: null, previous_cursor: null, total: 1, approximate: false, position: null }))
    .on('GET /customers/1', () => kept.customer)
  const save = ({ body, headers }: Asked) => {
    if (headers.get('If-Match') !== `"${kept.customer.version}"`) return problem(409, 'customer_version_stale')
    kept.customer = { ...kept.customer, ...(body as Partial<Customer>), version: kept.customer.version + 1 }
    return kept.customer
  }
  server.on('PATCH /customers/1', save)

  const { api } = createBackend(server.fetch)
  const refused: { edit: CellEdit; problem: Problem }[] = []
  const edits = new CustomerEdits(api, (): PageStore<Customer> => store, {
    saved: () => undefined,
    refused: (edit, why) => {
      refused.push({ edit, problem: why })
      return `refused: ${why.code}`
    },
  })
  const store = new PageStore<Customer>(customerSource(api, { sort: 'email', onlyValid: false, search: { field: null, text: '' } }), { overlay: edits.overlay })
  store.want(0, 1, 1)
  await vi.waitFor(() => expect(store.rowAt(0)).toBeDefined(), 10_000)
  const shown = () => store.rowAt(0)
  const edit = (field: CellEdit['field'], value: string | number): CellEdit => ({
    customer: shown() ?? aCustomer(), field, value, typed: String(value),
  })
  return { kept, server, store, edits, refused, shown, edit, save }
}

describe('an edit', () => {
  test('shows before the server has answered, and is saved behind', async () => {
    const { kept, edits, shown, edit } = await aListOfOne()

    const saving = edits.save(edit('name', 'Bob'))

    expect(shown()?.name).toBe('Bob')
    expect(kept.customer.name).toBe('Ann Example')
    await saving
    expect(kept.customer.name).toBe('Bob')
    expect(shown()).toMatchObject({ name: 'Bob', version: 2 })
  })

  test('stays on screen when the list is read again before it is saved', async () => {
    const { store, edits, shown, edit } = await aListOfOne()
    const saving = edits.save(edit('name', 'Bob'))
    await store.refresh()
    expect(shown()?.name).toBe('Bob')
    await saving
  })

  test('waits for the one before it, whose version it needs', async () => {
    const { kept, server, edits, refused, edit } = await aListOfOne()
    await Promise.all([edits.save(edit('name', 'Bob')), edits.save(edit('company', 'Example Ltd')), edits.save(edit('name', 'Cy'))])
    expect(refused).toEqual([])
    expect(kept.customer).toMatchObject({ name: 'Cy', company: 'Example Ltd', version: 4 })
    expect(server.askedFor('PATCH /customers/1').map(({ body }) => body)).toEqual([{ name: 'Bob' }, { company: 'Example Ltd' }, { name: 'Cy' }])
  })
})

describe('a refused edit', () => {
  test('goes back to what it was, and keeps what was typed together with the cause', async () => {
    const { server, edits, refused, shown, edit } = await aListOfOne()
    server.on('PATCH /customers/1', () => problem(422, 'request_invalid', [{ field: 'email', code: 'email_invalid' }]))

    const saving = edits.save(edit('email', 'not an address'))
    expect(shown()?.email).toBe('not an address')
    await saving

    expect(shown()?.email).toBe('ann@example.com')
    expect(edits.refusals.get('1/email')).toEqual({ typed: 'not an address', cause: 'refused: request_invalid' })
    expect(refused[0]?.problem.at('email')?.code).toBe('email_invalid')
  })

  test('is forgotten as soon as the cell is edited again', async () => {
    const { server, edits, edit, save } = await aListOfOne()
    server.on('PATCH /customers/1', () => problem(500, 'internal_error'))
    await edits.save(edit('name', 'Bob'))
    server.on('PATCH /customers/1', save)
    await edits.save(edit('name', 'Bob'))
    expect(edits.refusals.size).toBe(0)
  })

  test('does not take another edit of the same customer with it', async () => {
    const { server, edits, shown, edit, save } = await aListOfOne()
    server.on('PATCH /customers/1', (asked) => ('name' in (asked.body as object) ? problem(422, 'request_invalid') : save(asked)))
    await Promise.all([edits.save(edit('name', 'Bob')), edits.save(edit('company', 'Example Ltd'))])
    expect(shown()).toMatchObject({ name: 'Ann Example', company: 'Example Ltd' })
  })

  test('says so when the server cannot be reached', async () => {
    const { server, edits, refused, edit } = await aListOfOne()
    server.on('PATCH /customers/1', () => Promise.reject(new TypeError('Failed to fetch')))
    await edits.save(edit('name', 'Bob'))
    expect(refused[0]?.problem.code).toBe('offline')
  })

  test('of a customer that is gone takes the row off the list', async () => {
    const { server, store, edits, edit } = await aListOfOne()
    server.on('PATCH /customers/1', () => problem(404, 'customer_not_found'))
    await edits.save(edit('name', 'Bob'))
    expect(store.rowCount.value).toBe(0)
  })
})

describe('somebody else meanwhile', () => {
  test('changing another field does not stand in the way', async () => {
    const { kept, edits, refused, shown, edit } = await aListOfOne()
    kept.customer = { ...kept.customer, company: 'Theirs Ltd', version: 7 }
    await edits.save(edit('name', 'Bob'))
    expect(refused).toEqual([])
    expect(shown()).toMatchObject({ name: 'Bob', company: 'Theirs Ltd', version: 8 })
  })

  test('changing the same field wins, is shown, and is said', async () => {
    const { kept, edits, refused, shown, edit } = await aListOfOne()
    kept.customer = { ...kept.customer, name: 'Theirs', version: 7 }
    await edits.save(edit('name', 'Bob'))
    expect(refused[0]?.problem.code).toBe('customer_version_stale')
    expect(shown()).toMatchObject({ name: 'Theirs', version: 7 })
    expect(kept.customer.name).toBe('Theirs')
    expect(edits.refusals.get('1/name')?.typed).toBe('Bob')
  })
})
