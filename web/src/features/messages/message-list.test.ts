import { describe, expect, test } from 'vitest'
import type { MessagePage } from '@/api/types'
import { withNewest } from '@/features/messages/message-list'
import { aMessage } from '@tests/builders'

const page = (ids: number[], next: string | null = null): MessagePage => ({
  items: ids.map((id) => aMessage({ id })), next_cursor: next, previous_cursor: null, total: null, searched_to: null,
})
const loaded = (...pages: MessagePage[]) => ({ pages, pageParams: [null] })
const idsOf = (list: ReturnType<typeof withNewest>) => list?.pages.flatMap(({ items }) => items.map(({ id }) => id))

describe('the newest page over what is loaded', () => {
  test('new messages come in front and known ones keep their identity', () => {
    const before = loaded(page([3, 2], 'older'), page([1]))
    const after = withNewest(before, page([4, 3, 2], 'older'))
    expect(idsOf(after)).toEqual([4, 3, 2, 1])
    expect(after?.pages[0]?.items[1]).toBe(before.pages[0]?.items[0])
  })

  test('nothing new changes nothing', () => {
    const before = loaded(page([3, 2]))
    expect(withNewest(before, page([3, 2]))).toBe(before)
  })

  test('the first message of all is new as well', () => {
    expect(idsOf(withNewest(loaded(page([])), page([1])))).toEqual([1])
  })

  test('more than a page at once asks for a fresh start, because there would be a gap', () => {
    expect(withNewest(loaded(page([2, 1])), page([9, 8], 'older'))).toBeNull()
  })
})
