/**
 * The rows the grid has at hand: a few pages around what is on screen, the rest is asked for again when needed.
 *
 * Rows are replaced, never changed in place, so that a drawn row knows by identity whether it must be drawn again.
 * A page that is out of date stays visible until its successor arrives; nothing blinks. A request for a page that
 * nobody looks at any more is aborted.
 */
import { computed, ref, shallowRef } from 'vue'
import type { Page, PageSource } from '@/ui/grid/page-source'

export const PAGE_SIZE = 100
const MOST_PAGES = 20

export interface Identified {
  id: number | string
}

export interface StoreOptions<Row> {
  /** Lays what the server does not know yet (an edit on its way) over a row that arrives. */
  overlay?: (row: Row) => Row
  /** Of two states of one row, whether the arriving one is older and must not win. */
  isOlder?: (arriving: Row, present: Row) => boolean
}

interface Held<Row> {
  rows: Row[]
  stale: boolean
}

interface Span {
  first: number
  last: number
}

export class PageStore<Row extends Identified> {
  /** How many rows there are, as the server says. */
  readonly total = ref<number | null>(null)
  /** True until the first answer has arrived. */
  readonly starting = ref(true)
  readonly failure = shallowRef<unknown>(null)
  /** Whether the total is only about right. */
  readonly approximate = ref(false)
  /** Rises when another list (another order, another filter) has arrived. */
  readonly generation = ref(0)
  /** Rises with every change of rows. */
  readonly revision = ref(0)
  readonly rowCount = computed(() => this.total.value ?? this.known.value)

  private readonly known = ref(0)
  // The end of a list of about this length was seen: that is where it ends.
  private ended = false
  // What is held belongs to another list, and stays visible until this one's first rows are there.
  private outdated = false
  private readonly held = new Map<number, Held<Row>>()
  private readonly loading = new Map<number, { abort: AbortController; done: Promise<void> }>()
  private wanted: Span = { first: 0, last: 0 }

  constructor(
    private source: PageSource<Row>,
    private readonly options: StoreOptions<Row> = {},
  ) {}

  /** The row at a position, if it is at hand. */
  rowAt(index: number): Row | undefined {
    return this.held.get(Math.floor(index / PAGE_SIZE))?.rows[index % PAGE_SIZE]
  }

  /** Where a row stands, or -1 when it is not at hand. */
  indexOf(id: Row['id']): number {
    const place = this.place(id)
    return place === null ? -1 : place.page * PAGE_SIZE + place.at
  }

  /** Says which rows are on screen and whither they move; what is missing is loaded, one page ahead. */
  want(first: number, last: number, direction: number): void {
    if (this.outdated) return
    const end = Math.max(0, Math.ceil(this.rowCount.value / PAGE_SIZE) - 1)
    this.wanted = { first: Math.floor(first / PAGE_SIZE), last: Math.min(Math.floor(last / PAGE_SIZE), end) }
    const ahead = {
      first: direction < 0 ? Math.max(0, this.wanted.first - 1) : this.wanted.first,
      last: direction > 0 ? Math.min(end, this.wanted.last + 1) : this.wanted.last,
    }
    this.abortOutside(ahead)
    this.loadMissing(this.wanted)
    this.loadMissing(ahead)
  }

  /** Puts a newer state of a row in its place. */
  replace(row: Row): void {
    const place = this.place(row.id)
    const page = place === null ? undefined : this.held.get(place.page)
    if (place === null || page === undefined) return
    page.rows = page.rows.map((present, at) => (at === place.at ? row : present))
    this.revision.value += 1
  }

  /** Takes a row out and closes the gap at once. */
  remove(id: Row['id']): void {
    const place = this.place(id)
    if (place === null) return
    this.held.get(place.page)?.rows.splice(place.at, 1)
    this.pullUp(place.page)
    if (this.total.value !== null) this.total.value -= 1
    this.known.value = Math.max(0, this.known.value - 1)
    this.staleFrom(place.page)
    this.source.forget(place.page)
    this.revision.value += 1
  }

  /** Asks for the pages on screen again; what they show stays until the answer is there. */
  async refresh(): Promise<void> {
    for (let page = this.wanted.first; page <= this.wanted.last; page += 1) await this.load(page)
  }

  /** Rows have come or gone somewhere: counts again from the first page, while everything stays on screen. */
  async reload(): Promise<void> {
    this.close()
    this.ended = false
    this.staleFrom(0)
    this.source.forget(0)
    await this.refresh()
  }

  /** Begins with another source (another order, another filter); the rows of the one before stay until it answers. */
  restart(source: PageSource<Row>): void {
    this.close()
    this.source = source
    this.outdated = true
    this.wanted = { first: 0, last: 0 }
    this.starting.value = true
    this.failure.value = null
    void this.load(0)
  }

  /** Aborts what is under way. */
  close(): void {
    this.abortOutside({ first: 1, last: 0 })
  }

  private load(page: number): Promise<void> {
    const running = this.loading.get(page)
    if (running !== undefined) return running.done
    const abort = new AbortController()
    const done = this.fetch(page, abort.signal).finally(() => {
      if (this.loading.get(page)?.abort === abort) this.loading.delete(page)
    })
    this.loading.set(page, { abort, done })
    return done
  }

  private async fetch(page: number, signal: AbortSignal): Promise<void> {
    const accept = (number: number, content: Page<Row>) => {
      if (!signal.aborted) this.accept(number, content)
    }
    try {
      accept(page, await this.source.load(page, signal, accept))
    } catch (failure) {
      if (signal.aborted) return
      this.failure.value = failure
      if (this.outdated) this.begin()
      this.revision.value += 1
    }
  }

  private accept(page: number, content: Page<Row>): void {
    if (this.outdated) this.begin()
    const present = new Map((this.held.get(page)?.rows ?? []).map((row) => [row.id, row]))
    this.held.set(page, { rows: content.rows.map((row) => this.newer(row, present.get(row.id))), stale: false })
    if (content.shifted) this.staleFrom(page + 1)
    this.count(page, content)
    this.starting.value = false
    this.failure.value = null
    this.forgetFarPages()
    this.revision.value += 1
  }

  /** The first rows of another list are there: what was held of the one before goes. */
  private begin(): void {
    this.outdated = false
    this.ended = false
    this.held.clear()
    this.known.value = 0
    this.total.value = null
    this.generation.value += 1
  }

  private newer(row: Row, present: Row | undefined): Row {
    if (present !== undefined && this.options.isOlder?.(row, present) === true) return present
    return this.options.overlay?.(row) ?? row
  }

  private count(page: number, content: Page<Row>): void {
    const seen = page * PAGE_SIZE + content.rows.length
    const isLast = !content.more && (content.rows.length > 0 || page === 0)
    if (isLast) this.known.value = seen
    else if (content.more) this.known.value = Math.max(this.known.value, seen + PAGE_SIZE)
    this.approximate.value = content.approximate === true
    this.total.value = isLast ? seen : this.lengthBeyond(seen, content.total)
    this.ended = isLast || (this.ended && this.approximate.value)
  }

  /** How long the list is that goes on behind what was seen of it. */
  private lengthBeyond(seen: number, told: number | null): number | null {
    if (!this.approximate.value) return told
    return Math.max((this.ended ? this.total.value : told) ?? 0, seen + 1)
  }

  private forgetFarPages(): void {
    const middle = (this.wanted.first + this.wanted.last) / 2
    const farthest = [...this.held.keys()].sort((one, other) => Math.abs(other - middle) - Math.abs(one - middle))
    for (const page of farthest.slice(0, Math.max(0, this.held.size - MOST_PAGES))) this.held.delete(page)
  }

  private abortOutside({ first, last }: Span): void {
    for (const [page, { abort }] of this.loading) {
      if (page >= first && page <= last) continue
      abort.abort()
      this.loading.delete(page)
    }
  }

  private loadMissing({ first, last }: Span): void {
    for (let page = first; page <= last; page += 1) if (this.held.get(page)?.stale !== false) void this.load(page)
  }

  private place(id: Row['id']): { page: number; at: number } | null {
    for (const [page, { rows }] of this.held) {
      const at = rows.findIndex((row) => row.id === id)
      if (at >= 0) return { page, at }
    }
    return null
  }

  private staleFrom(page: number): void {
    for (const [number, content] of this.held) if (number >= page) content.stale = true
  }

  /** Closes a gap with rows of the following pages, as far as they are at hand. */
  private pullUp(page: number): void {
    for (let here = page; ; here += 1) {
      const first = this.held.get(here + 1)?.rows.shift()
      if (first === undefined) return
      this.held.get(here)?.rows.push(first)
    }
  }
}
