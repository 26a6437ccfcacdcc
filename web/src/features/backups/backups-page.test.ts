import userEvent from '@testing-library/user-event'
import { screen, waitFor, within } from '@testing-library/vue'
import { describe, expect, test } from 'vitest'
import type { Backup } from '@/api/types'
import BackupsPage from '@/features/backups/backups-page.vue'
import { FakeServer, problem } from '@tests/fake-server'
import { show } from '@tests/page'

const PROOF = { at: '2026-01-01T03:01:00Z', ok: true, seconds: 4.2, error: null }
const aBackup = (known: Partial<Backup> = {}): Backup => ({
  id: 1, state: 'completed', asked: false, started_at: '2026-01-01T03:00:00Z', ended_at: '2026-01-01T03:00:09Z', seconds: 9,
  place: 'sftp://me@backup.example.com:22', file: '/backup/mycrm-20260101.zip', sent: 2_500_000, bytes: 2_500_000, sha256: 'ab12',
  engine: 'sqlite', rows: 1200, portable: false, error: null, proof: PROOF, removed: [], prune_reason: '', ...known,
})
const page = (...items: Backup[]) => ({
  items, next_cursor: null, previous_cursor: null, total: items.length, proven: items.find(({ proof }) => proof?.ok) ?? null,
})
const aServer = (...items: Backup[]) => new FakeServer().on('GET /backups', () => page(...items))
const button = (name: string) => screen.getByRole('button', { name })

describe('the list', () => {
  test('answers whether everything could be brought back, and says what each copy is', async () => {
    await show(BackupsPage, aServer(aBackup({ started_at: new Date().toISOString() })))
    expect(await screen.findByText('Restorable: yes')).toBeTruthy()
    expect(screen.getByText(/was restored on 2026-01-01 03:01 and compared table by table, in 5 s\./)).toBeTruthy()
    const item = within(screen.getByRole('listitem'))
    expect(item.getByText('Proven by restoring')).toBeTruthy()
    expect(item.getByText('sftp://me@backup.example.com:22 · /backup/mycrm-20260101.zip')).toBeTruthy()
    expect(item.getByText('2.5 MB · 9 s · 1,200 rows · SQLite · by the timer')).toBeTruthy()
    expect(item.getByRole('link').getAttribute('href')).toBe('/api/v1/backups/1/download')
  })

  test('warns of a proof that is too old', async () => {
    await show(BackupsPage, aServer(aBackup()))
    expect(await screen.findByText(/older than 26 hours/)).toBeTruthy()
  })

  test('never calls restorable what was not restored', async () => {
    const error = { code: 'backup_copy_damaged', detail: 'page 7' }
    await show(BackupsPage, aServer(aBackup({ id: 2, proof: null }), aBackup({ proof: { ...PROOF, ok: false, error } })))
    expect(await screen.findByText('Not proven to be restorable yet')).toBeTruthy()
    expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
      expect.stringContaining('Not proven yet'), expect.stringContaining('The copy is damaged'),
    ])
  })

  test('shows how much of a running copy was sent, and why one failed', async () => {
    const error = { code: 'backup_target_full', detail: '552 quota' }
    const running = aBackup({ id: 3, state: 'running', proof: null, sent: 1_500_000 })
    await show(BackupsPage, aServer(running, aBackup({ id: 2, state: 'failed', proof: null, error })))
    expect(await screen.findByText('1.5 MB sent')).toBeTruthy()
    expect(button('Back up now').getAttribute('aria-busy')).toBe('true')
    expect(screen.getByText('The backup place is full')).toBeTruthy()
    expect(screen.getByText('552 quota')).toBeTruthy()
    expect(screen.queryByRole('link')).toBeNull()
  })
})

describe('a copy now', () => {
  test('is made, portable if that is wished, and stands in the list', async () => {
    const server = aServer()
    server.on('POST /backups', () => {
      server.on('GET /backups', () => page(aBackup()))
      return Response.json(aBackup(), { status: 201 })
    })
    const { notices } = await show(BackupsPage, server)
    expect(await screen.findByText('No copies yet')).toBeTruthy()
    await userEvent.click(screen.getByRole('switch', { name: 'Portable copy' }))
    await userEvent.click(button('Back up now'))
    expect(await screen.findByRole('listitem')).toBeTruthy()
    expect(server.askedFor('POST /backups')[0]?.body).toEqual({ portable: true })
    expect(notices.list[0]?.text).toBe('The copy was made')
  })

  test('that takes long is waited for, and what went wrong is told', async () => {
    const answer = { ok: false, code: 'backup_target_unreachable', detail: 'timed out', folders: [] }
    const server = aServer()
      .on('POST /backups', () => Response.json({ request_id: 'r1' }, { status: 202 }))
      .on('GET /requests/r1', () => ({ answer }))
    const { notices } = await show(BackupsPage, server)
    await screen.findByText('No copies yet')
    await userEvent.click(button('Back up now'))
    await waitFor(() => expect(notices.list[0]).toMatchObject({ text: 'The backup place cannot be reached', detail: 'timed out' }))
  })
})

test('a copy is proven on request', async () => {
  const server = aServer(aBackup({ proof: null }))
  server.on('POST /backups/1/verify', () => {
    server.on('GET /backups', () => page(aBackup()))
    return aBackup()
  })
  await show(BackupsPage, server)
  await userEvent.click(await screen.findByRole('button', { name: 'Prove the copy of 2026-01-01 03:00' }))
  expect(await screen.findByText('Proven by restoring')).toBeTruthy()
})

describe('the host of the copies', () => {
  test('is trusted only by the fingerprint that was shown', async () => {
    const host = { host: 'backup.example.com', fingerprint: 'SHA256:abc', trusted: false }
    const server = aServer().on('POST /backups/host', ({ body }) => {
      return { ...host, trusted: (body as { fingerprint: string }).fingerprint === 'SHA256:abc' }
    })
    await show(BackupsPage, server)
    await userEvent.click(await screen.findByRole('button', { name: 'Check the key of the backup host' }))
    expect(await screen.findByText('SHA256:abc')).toBeTruthy()
    expect(screen.queryByText('This key is trusted.')).toBeNull()
    await userEvent.click(button('Trust this key'))
    expect(await screen.findByText('This key is trusted.')).toBeTruthy()
    expect(server.askedFor('POST /backups/host').map(({ body }) => body)).toEqual([{ fingerprint: '' }, { fingerprint: 'SHA256:abc' }])
  })

  test('that has no key says so', async () => {
    await show(BackupsPage, aServer().on('POST /backups/host', () => problem(409, 'backup_host_keyless')))
    await userEvent.click(await screen.findByRole('button', { name: 'Check the key of the backup host' }))
    expect((await screen.findByRole('alert')).textContent).toContain('Only SFTP servers have host keys')
  })
})
