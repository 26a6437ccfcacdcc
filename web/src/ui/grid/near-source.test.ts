import { describe, expect, test } from 'vitest'
import { NearSource, type Place } from '@/ui/grid/near-source'
import { PAGE_SIZE, PageStore } from '@/ui/grid/page-store'

interface Row {
  id: number
}

/** A list that answers by cursors and fractions, as the API does; `off` is how wrong its idea of a place is. */
function aList(count: number, off = 0) {
  const list = { asked: [] as Place[], approximate: off > 0, count, first: 0 }
  const source = new NearSource<Row>((place) => {
    list.asked.push(place)
    const { limit } = place
    const last = list.count - limit
    let from = 0
    if (place.near !== undefined) from = place.near === 1 ? last : Math.min(Math.round(place.near * list.count) + off, last)
    else if (place.cursor !== undefined) {
      const [way, at] = place.cursor.split(':')
      from = way === 'after' ? Number(at) - list.first : Math.max(0, Number(at) - list.first - limit)
    }
    const to = Math.min(from + limit, list.count)
    return Promise.resolve({
      items: Array.from({ length: to - from }, (_, at) => ({ id: from + at + list.first })),
      next_cursor: to < list.count ? `after:${to + list.first}` : null,
      previous_cursor: from > 0 ? `before:${from + list.first}` : null,
      total: list.count,
      approximate: list.approximate,
    })
  }, PAGE_SIZE)
  return { list, store: new PageStore<Row>(source) }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

async function look(store: PageStore<Row>, first: number, direction = 1): Promise<void> {
  store.want(first, first + 20, direction)
  await settled()
  store.want(first, first + 20, 0)
  await settled()
}

describe('a list whose places are exact', () => {
  test('shows exactly the row asked for wherever the bar is dragged, by one request each', async () => {
    const { list, store } = aList(9_950)
    await look(store, 0)
    list.asked.length = 0
    await look(store, 5_030, 0)
    expect(store.rowAt(5_030)?.id).toBe(5_030)
    expect(list.asked).toHaveLength(1)
    await look(store, 9_929, 0)
    expect(store.rowAt(9_949)?.id).toBe(9_949)
    expect(store.rowCount.value).toBe(9_950)
  })

  test('goes on from there by cursors, in both directions', async () => {
    const { list, store } = aList(9_950)
    await look(store, 0)
    await look(store, 5_030)
    await look(store, 5_170)
    await look(store, 4_950, -1)
    expect([store.rowAt(5_170)?.id, store.rowAt(4_950)?.id]).toEqual([5_170, 4_950])
    expect(list.asked.filter(({ near }) => near !== undefined)).toHaveLength(1)
  })
})

describe('a list whose places are about right', () => {
  test('has the last row of the list as its last row', async () => {
    const { store } = aList(1_000_037, 731)
    await look(store, 0)
    await look(store, 1_000_017, 0)
    expect(store.rowAt(1_000_036)?.id).toBe(1_000_036)
    expect(store.rowCount.value).toBe(1_000_037)
    expect(store.approximate.value).toBe(true)
  })

  test('shows no row twice and misses none around where one has jumped to', async () => {
    const { store } = aList(1_000_000, 731)
    await look(store, 0)
    await look(store, 500_000, 1)
    for (const first of [500_090, 500_190, 500_090, 500_000]) await look(store, first, first > 500_100 ? 1 : -1)
    for (const first of [499_890, 499_790]) await look(store, first, -1)
    const ids = Array.from({ length: 420 }, (_, at) => store.rowAt(499_790 + at)?.id)
    expect(ids).toEqual(ids.map((_, at) => (ids[0] ?? 0) + at))
  })

  test('comes out right when one scrolls up to the beginning', async () => {
    const { store } = aList(1_000_000, 50)
    await look(store, 0)
    await look(store, 600)
    for (const first of [480, 380, 280, 180, 80, 0, 80, 180, 280]) await look(store, first, -1)
    const ids = Array.from({ length: 300 }, (_, at) => store.rowAt(at)?.id)
    expect(ids).toEqual(ids.map((_, at) => at))
  })

  test('stays where it is when it is read again', async () => {
    const { list, store } = aList(1_000_000, 731)
    await look(store, 0)
    await look(store, 500_000)
    const before = store.rowAt(500_000)?.id
    list.count += 1
    list.first -= 1
    await store.reload()
    expect(store.rowAt(500_000)?.id).toBe(before)
  })
})
