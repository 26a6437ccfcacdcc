import { describe, expect, test } from 'vitest'
import { CursorSource } from '@/ui/grid/page-source'
import { PAGE_SIZE, PageStore } from '@/ui/grid/page-store'

interface Row {
  id: number
  version: number
  text: string
}

const row = (id: number, version = 1, text = `row ${id}`): Row => ({ id, version, text })
const rows = (count: number) => Array.from({ length: count }, (_, id) => row(id))

/** A list that answers in pages by cursor, as the API does, and can be changed meanwhile. */
function aList(count: number) {
  const list = { rows: rows(count), asked: [] as string[], total: true }
  const source = new CursorSource<Row>((cursor, signal) => {
    signal.throwIfAborted()
    list.asked.push(cursor ?? 'start')
    const from = cursor === null ? 0 : list.rows.findIndex(({ id }) => id > Number(cursor))
    const items = list.rows.slice(from, from + PAGE_SIZE)
    const more = from + PAGE_SIZE < list.rows.length
    return Promise.resolve({
      items, next_cursor: more ? String(items.at(-1)?.id) : null, total: list.total ? list.rows.length : null,
    })
  })
  return { list, source }
}

/** Lets the answers that are ready arrive. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('loading', () => {
  test('the first answer says how long the list is', async () => {
    const store = new PageStore(aList(250).source)
    store.want(0, 20, 1)
    await settled()
    expect(store.rowCount.value).toBe(250)
    expect(store.starting.value).toBe(false)
    expect(store.rowAt(0)?.text).toBe('row 0')
  })

  test('a far page is reached by walking through the ones before it', async () => {
    const { list, source } = aList(1_000)
    const store = new PageStore(source)
    store.want(0, 20, 1)
    await settled()
    store.want(950, 970, 1)
    await settled()
    expect(store.rowAt(950)?.id).toBe(950)
    expect(list.asked).toHaveLength(10)
  })

  test('the page ahead is loaded before anybody looks at it', async () => {
    const store = new PageStore(aList(1_000).source)
    store.want(0, 20, 1)
    await settled()
    store.want(60, 90, 1)
    await settled()
    expect(store.rowAt(150)?.id).toBe(150)
  })

  test('a list of unknown length grows while one scrolls, and ends where it ends', async () => {
    const { list, source } = aList(150)
    list.total = false
    const store = new PageStore(source)
    store.want(0, 20, 1)
    await settled()
    expect(store.total.value).toBeNull()
    expect(store.rowCount.value).toBe(200)
    store.want(120, 140, 1)
    await settled()
    expect(store.rowCount.value).toBe(150)
  })

  test('at most twenty pages are kept', async () => {
    const { list, source } = aList(5_000)
    const store = new PageStore(source)
    store.want(0, 20, 1)
    await settled()
    store.want(4_900, 4_920, 1)
    await settled()
    expect(store.rowAt(4_910)?.id).toBe(4_910)
    expect(store.rowAt(0)).toBeUndefined()
    const before = list.asked.length
    store.want(0, 20, -1)
    await settled()
    expect(store.rowAt(0)?.id).toBe(0)
    expect(list.asked.length).toBeGreaterThan(before)
  })

  test('a request for what nobody looks at any more is aborted', async () => {
    const aborted: string[] = []
    const source = new CursorSource<Row>((cursor, signal) => {
      if (cursor === null) return Promise.resolve({ items: rows(PAGE_SIZE), next_cursor: '99', total: 1_000 })
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push(cursor)
          reject(signal.reason as Error)
        })
      })
    })
    const store = new PageStore(source)
    store.want(0, 20, 0)
    await settled()
    store.want(500, 520, 1)
    await settled()
    store.want(0, 20, -1)
    await settled()
    expect(aborted).toEqual(['99'])
    expect(store.failure.value).toBeNull()
  })

  test('a failure is told, and a later answer takes it back', async () => {
    let isBroken = true
    const source = new CursorSource<Row>(() =>
      isBroken ? Promise.reject(new Error('down')) : Promise.resolve({ items: rows(3), next_cursor: null, total: 3 }),
    )
    const store = new PageStore(source)
    store.want(0, 20, 1)
    await settled()
    expect(store.failure.value).toBeInstanceOf(Error)
    isBroken = false
    await store.refresh()
    expect(store.failure.value).toBeNull()
    expect(store.rowCount.value).toBe(3)
  })
})

describe('changes', () => {
  test('a replaced row is another object and the rest stay the same', async () => {
    const store = new PageStore(aList(10).source)
    store.want(0, 9, 1)
    await settled()
    const [first, second] = [store.rowAt(0), store.rowAt(1)]
    store.replace(row(0, 2, 'changed'))
    expect(store.rowAt(0)).not.toBe(first)
    expect(store.rowAt(0)?.text).toBe('changed')
    expect(store.rowAt(1)).toBe(second)
  })

  test('a removed row leaves no gap, not even before the server has answered', async () => {
    const { source } = aList(300)
    const store = new PageStore(source)
    store.want(0, 150, 1)
    await settled()
    store.want(50, 150, 1)
    await settled()
    store.remove(10)
    expect(store.rowCount.value).toBe(299)
    expect(store.rowAt(10)?.id).toBe(11)
    expect(store.rowAt(99)?.id).toBe(100)
    expect(store.indexOf(10)).toBe(-1)
  })

  test('a row that an edit has made newer is not thrown back by an answer that was under way', async () => {
    const { source } = aList(10)
    const store = new PageStore(source, { isOlder: (arriving, present) => arriving.version < present.version })
    store.want(0, 9, 1)
    await settled()
    store.replace(row(3, 2, 'edited'))
    await store.refresh()
    expect(store.rowAt(3)?.text).toBe('edited')
  })

  test('an edit on its way lies over whatever arrives', async () => {
    const store = new PageStore(aList(10).source, { overlay: (arriving) => (arriving.id === 4 ? { ...arriving, text: 'typed' } : arriving) })
    store.want(0, 9, 1)
    await settled()
    expect(store.rowAt(4)?.text).toBe('typed')
  })

  test('rows that others add before a page make the pages behind it begin anew', async () => {
    const { list, source } = aList(300)
    const store = new PageStore(source)
    store.want(0, 20, 1)
    await settled()
    store.want(0, 150, 1)
    await settled()
    store.want(0, 20, 0)
    list.rows.splice(0, 0, row(-1))
    await store.refresh()
    store.want(0, 150, 0)
    await settled()
    const seen = Array.from({ length: 150 }, (_, index) => store.rowAt(index)?.id)
    expect(seen).toEqual(Array.from({ length: 150 }, (_, index) => index - 1))
  })
})
