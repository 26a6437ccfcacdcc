/**
 * A source that can jump. The server only knows "the rows after this one", "the rows before it" and "the rows at about
 * this fraction of the list". Pages beside a known one are asked for by its cursors; one far from all known ones by its
 * fraction, and becomes known itself. So scrolling never skips a row, and dragging the bar over a million rows costs one
 * request.
 *
 * Where the server's numbers are approximate, pages that were jumped to stand where the bar pointed and not where
 * counting would put them. Where such a stretch meets another one, the pages behind are asked for again, so that no row
 * is shown twice or missed.
 */
import type { Page, PageSource, Passing } from '@/ui/grid/page-source'

export interface Place {
  cursor?: string
  near?: number
  limit: number
}

export interface PlacedAnswer<Row> {
  items: Row[]
  next_cursor: string | null
  previous_cursor: string | null
  total: number | null
  approximate: boolean
}

type Fetch<Row> = (place: Place, signal: AbortSignal) => Promise<PlacedAnswer<Row>>

const MOST_STEPS = 2

export class NearSource<Row> implements PageSource<Row> {
  // The cursor that opens page n going forwards is at n of `after`, the one going backwards at n of `before`.
  private after = new Map<number, string>()
  private before = new Map<number, string>()
  private total = 0
  private approximate = false
  private queue: Promise<unknown> = Promise.resolve()

  constructor(private readonly fetchPage: Fetch<Row>, private readonly pageSize: number) {}

  load(page: number, signal: AbortSignal, passing: Passing<Row>): Promise<Page<Row>> {
    const turn = this.queue.then(() => this.find(page, signal, passing))
    this.queue = turn.catch(() => undefined)
    return turn
  }

  forget(fromPage: number): void {
    // In a list whose places are approximate a row more or less moves nothing that was not moved already.
    if (fromPage === 0 && this.approximate) return
    for (const page of this.after.keys()) if (page > fromPage) this.after.delete(page)
    this.before.clear()
  }

  private async find(page: number, signal: AbortSignal, passing: Passing<Row>): Promise<Page<Row>> {
    const from = this.nearestBefore(page)
    if (from === null && this.total > 0) return this.jump(page, signal, passing)
    for (let reached = from ?? 0; reached < page; reached += 1) {
      const passed = await this.forwards(reached, signal)
      passing(reached, passed)
      if (!passed.more) return { ...passed, rows: [], shifted: false }
    }
    return this.forwards(page, signal)
  }

  /** The nearest page up to this one that can be asked for by a cursor, if it is near; the first page needs none. */
  private nearestBefore(page: number): number | null {
    for (let at = page; at >= Math.max(0, page - MOST_STEPS); at -= 1) if (at === 0 || this.after.has(at)) return at
    return null
  }

  private async jump(page: number, signal: AbortSignal, passing: Passing<Row>): Promise<Page<Row>> {
    const backwards = this.before.get(page)
    if (backwards !== undefined) return this.take(page, await this.ask({ cursor: backwards, limit: this.pageSize }, signal))
    const rest = this.total - page * this.pageSize
    if (rest <= this.pageSize) return this.end(page, rest, signal, passing)
    const near = Math.min(1, (page * this.pageSize) / this.total)
    return this.take(page, await this.ask({ near, limit: this.pageSize }, signal))
  }

  /** The last page holds what is left, so that the last row of the list is the last of the grid. */
  private async end(page: number, rest: number, signal: AbortSignal, passing: Passing<Row>): Promise<Page<Row>> {
    if (this.approximate) return this.take(page, await this.ask({ near: 1, limit: Math.max(1, rest) }, signal))
    passing(page - 1, await this.jump(page - 1, signal, passing))
    return this.forwards(page, signal)
  }

  private async forwards(page: number, signal: AbortSignal): Promise<Page<Row>> {
    const cursor = this.after.get(page)
    return this.take(page, await this.ask({ ...(cursor === undefined ? {} : { cursor }), limit: this.pageSize }, signal))
  }

  private ask(place: Place, signal: AbortSignal): Promise<PlacedAnswer<Row>> {
    signal.throwIfAborted()
    return this.fetchPage(place, signal)
  }

  private take(page: number, answer: PlacedAnswer<Row>): Page<Row> {
    const { next_cursor: next, previous_cursor: previous } = answer
    const known = this.after.get(page + 1)
    const shifted = known !== undefined && known !== next
    if (shifted) this.forgetBehind(page)
    if (next !== null) this.after.set(page + 1, next)
    if (previous !== null && page > 1) this.before.set(page - 1, previous)
    this.total = answer.total ?? 0
    this.approximate = answer.approximate
    return { rows: answer.items, total: answer.total, more: next !== null, shifted, approximate: answer.approximate }
  }

  private forgetBehind(page: number): void {
    for (const at of this.after.keys()) if (at > page) this.after.delete(at)
    for (const at of this.before.keys()) if (at >= page) this.before.delete(at)
  }
}
