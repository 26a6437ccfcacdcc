import { describe, expect, test, vi } from 'vitest'
import { createBackend } from '@/api/backend'
import { ask, Problem } from '@/api/problem'
import { aCustomer, aUser } from '@tests/builders'
import { FakeServer, problem } from '@tests/fake-server'

/** A server whose session has ended: it refuses everything until somebody signs in again. */
async function anExpiredSession() {
  let isIn = true
  const guarded = (answer: () => object) => () => (isIn ? answer() : problem(401, 'not_signed_in'))
  const server = new FakeServer()
    .on('GET /me', guarded(() => aUser()))
    .on('PATCH /customers/1', guarded(() => aCustomer({ name: 'Ann', version: 2 })))
    .on('GET /settings', guarded(() => ({})))
    .on('POST /session', ({ body }) => {
      if ((body as { password: string }).password !== 'right') return problem(401, 'sign_in_refused')
      isIn = true
      return aUser()
    })
  const backend = createBackend(server.fetch)
  await backend.session.start()
  isIn = false
  return { server, ...backend }
}

const path = { params: { path: { customer_id: 1 } } }

describe('an expired session', () => {
  test('holds a write until somebody has signed in again, and then sends it once more as it was', async () => {
    const { server, api, session } = await anExpiredSession()

    const saving = ask(api.PATCH('/api/v1/customers/{customer_id}', { ...path, body: { name: 'Ann' }, headers: { 'If-Match': '"1"' } }))
    await vi.waitFor(() => expect(session.expired.value).toBe(true), 10_000)
    await session.signIn({ username: 'admin', password: 'right' })

    expect(await saving).toMatchObject({ name: 'Ann', version: 2 })
    const sent = server.askedFor('PATCH /customers/1')
    expect(sent).toHaveLength(2)
    expect(sent[1]?.body).toEqual({ name: 'Ann' })
    expect(sent[1]?.headers.get('If-Match')).toBe('"1"')
    expect(session.expired.value).toBe(false)
  })

  test('asks only once, however many requests meet it', async () => {
    const { api, session } = await anExpiredSession()

    const answers = [1, 2, 3].map(() => ask(api.GET('/api/v1/settings')))
    await vi.waitFor(() => expect(session.expired.value).toBe(true), 10_000)
    await session.signIn({ username: 'admin', password: 'right' })

    await expect(Promise.all(answers)).resolves.toHaveLength(3)
  })

  test('keeps waiting when the password was wrong', async () => {
    const { api, session } = await anExpiredSession()
    const waiting = ask(api.GET('/api/v1/settings'))
    await vi.waitFor(() => expect(session.expired.value).toBe(true), 10_000)

    await expect(session.signIn({ username: 'admin', password: 'wrong' })).rejects.toMatchObject({ code: 'sign_in_refused' })

    expect(session.expired.value).toBe(true)
    await session.signIn({ username: 'admin', password: 'right' })
    await waiting
  })

  test('ends the request when nobody signs in', async () => {
    const { api, session } = await anExpiredSession()
    const saving = ask(api.PATCH('/api/v1/customers/{customer_id}', { ...path, body: { name: 'Ann' } }))
    await vi.waitFor(() => expect(session.expired.value).toBe(true), 10_000)

    session.leave()

    await expect(saving).rejects.toMatchObject({ status: 401 })
    expect(session.phase.value).toBe('signed-out')
  })
})

test('the server is told the language that the page is shown in', async () => {
  const server = new FakeServer().on('POST /setup', () => aUser())
  const { session } = createBackend(server.fetch)
  for (const language of ['zh-CN', 'en']) {
    document.documentElement.lang = language
    await session.setUp({ username: 'admin', password: 'long enough' })
  }
  expect(server.askedFor('POST /setup').map(({ headers }) => headers.get('Accept-Language'))).toEqual(['zh-CN', 'en'])
})

describe('starting', () => {
  test('a stranger is asked to sign in, or to make the first account when there is none', async () => {
    const needed = { needed: true, code_required: true }
    const server = new FakeServer().on('GET /me', () => problem(401, 'not_signed_in')).on('GET /setup', () => needed)
    const { session } = createBackend(server.fetch)

    await session.start()
    expect(session.phase.value).toBe('setup')
    expect(session.codeRequired.value).toBe(true)

    needed.needed = false
    await session.start()
    expect(session.phase.value).toBe('signed-out')
  })

  test('a server that does not answer is told apart from one that refuses', async () => {
    const { session } = createBackend(() => Promise.reject(new TypeError('Failed to fetch')))
    await session.start()
    expect(session.phase.value).toBe('unreachable')
  })
})

describe('a refusal', () => {
  test('carries the code, and the error of each field', async () => {
    const server = new FakeServer().on('GET /settings', () => problem(422, 'request_invalid', [{ field: 'mail_port', code: 'number_large' }]))
    const { api } = createBackend(server.fetch)

    const refusal = await ask(api.GET('/api/v1/settings')).catch((failure: unknown) => failure)

    expect(refusal).toBeInstanceOf(Problem)
    expect(refusal).toMatchObject({ code: 'request_invalid', status: 422 })
    expect((refusal as Problem).at('mail_port')?.code).toBe('number_large')
  })

  test('without a body still says what kind it is', async () => {
    const server = new FakeServer().on('GET /settings', () => new Response('<h1>Bad gateway</h1>', { status: 502 }))
    const { api } = createBackend(server.fetch)
    await expect(ask(api.GET('/api/v1/settings'))).rejects.toMatchObject({ code: 'server_error', status: 502 })
  })
})
