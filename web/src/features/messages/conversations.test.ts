import { expect, test } from 'vitest'
import { conversationsOf } from '@/features/messages/conversations'
import { aMessage } from '@tests/builders'

test('mails of one conversation stand together, where the newest of them stands', () => {
  const found = conversationsOf([
    aMessage({ id: 5, thread: 'offer', thread_size: 3 }),
    aMessage({ id: 4, thread: 'visit', thread_size: 1 }),
    aMessage({ id: 3, thread: 'offer', thread_size: 3 }),
  ])
  expect(found.map(({ newest, size }) => [newest.id, size])).toEqual([[5, 3], [4, 1]])
})

test('mails that nobody can answer stand alone', () => {
  const found = conversationsOf([aMessage({ id: 2, thread: null }), aMessage({ id: 1, thread: null })])
  expect(found.map(({ newest, size }) => [newest.id, size])).toEqual([[2, 1], [1, 1]])
})
