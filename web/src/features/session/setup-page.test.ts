import userEvent from '@testing-library/user-event'
import { screen, waitFor } from '@testing-library/vue'
import { expect, test } from 'vitest'
import SetupPage from '@/features/session/setup-page.vue'
import { aUser, someSettings } from '@tests/builders'
import { FakeServer, problem } from '@tests/fake-server'
import { show } from '@tests/page'

async function fillIn(server: FakeServer, checker?: RegExp) {
  const page = await show(SetupPage, server.on('POST /setup', () => aUser()), { props: { language: 'en' } })
  await userEvent.type(screen.getByLabelText('User name'), 'manager')
  await userEvent.type(screen.getByLabelText('Password'), 'a long enough password')
  if (checker !== undefined) await userEvent.click(screen.getByRole('radio', { name: checker }))
  await userEvent.click(screen.getByRole('button', { name: 'Create account' }))
  return page
}

test.each<[string, RegExp | undefined, string]>([
  ['nobody outside is asked unless that was chosen', undefined, 'local'],
  ['the checker that was chosen is asked', /verify-email\.org/, 'guest'],
])('%s', async (_, checker, provider) => {
  const server = new FakeServer().on('PATCH /settings', () => someSettings())
  await fillIn(server, checker)
  await waitFor(() => expect(server.askedFor('PATCH /settings').map(({ body }) => body)).toEqual([{ verifier_provider: provider }]))
})

test('what each checker learns is said before anything is chosen', async () => {
  await show(SetupPage, new FakeServer(), { props: { language: 'en' } })
  expect(screen.getByText(/No customer's address is sent to anybody/)).toBeTruthy()
  expect(screen.getByText(/verify-email.org learns every address that is checked/)).toBeTruthy()
})

test('a choice that was not kept is told, and the account stands', async () => {
  const server = new FakeServer().on('PATCH /settings', () => problem(503, 'database_busy'))
  const { backend, notices } = await fillIn(server)
  await waitFor(() => expect(notices.list[0]?.text).toContain('the choice of checker was not saved'))
  expect(backend.session.phase.value).toBe('ready')
})
