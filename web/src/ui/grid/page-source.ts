/** A run of rows as the server gave it. */
export interface Page<Row> {
  rows: Row[]
  /** How many rows the whole list has, when the server says so. */
  total: number | null
  /** Whether more rows follow. */
  more: boolean
  /** Whether the page ends elsewhere than it did before, so that later pages begin elsewhere too. */
  shifted: boolean
  /** Whether the total is only about right. */
  approximate?: boolean
}

export type Passing<Row> = (page: number, content: Page<Row>) => void

/**
 * Where the grid's rows come from, page by page. An implementation may have to walk through earlier pages to reach
 * one (`passing` gets those); one that can jump (`near=`) answers at once. The grid cannot tell the difference.
 */
export interface PageSource<Row> {
  load(page: number, signal: AbortSignal, passing: Passing<Row>): Promise<Page<Row>>
  /** Rows were added or removed in this page: what is known about the position of later ones is void. */
  forget(fromPage: number): void
}

export interface CursorAnswer<Row> {
  items: Row[]
  next_cursor?: string | null
  total?: number | null
}

type FetchPage<Row> = (cursor: string | null, signal: AbortSignal) => Promise<CursorAnswer<Row>>

/** A source over a list that only knows "the page after this one": requests run one after the other. */
export class CursorSource<Row> implements PageSource<Row> {
  // The cursor that opens page n is at n; the first page needs none.
  private cursors: (string | null)[] = [null]
  private queue: Promise<unknown> = Promise.resolve()

  constructor(private readonly fetchPage: FetchPage<Row>) {}

  load(page: number, signal: AbortSignal, passing: Passing<Row>): Promise<Page<Row>> {
    const turn = this.queue.then(() => this.walk(page, signal, passing))
    this.queue = turn.catch(() => undefined)
    return turn
  }

  forget(fromPage: number): void {
    this.cursors = this.cursors.slice(0, fromPage + 1)
  }

  private async walk(page: number, signal: AbortSignal, passing: Passing<Row>): Promise<Page<Row>> {
    for (let reached = Math.min(page, this.cursors.length - 1); reached < page; reached += 1) {
      const passed = await this.fetchOne(reached, signal)
      passing(reached, passed)
      if (!passed.more) return { rows: [], total: passed.total, more: false, shifted: false }
    }
    return this.fetchOne(page, signal)
  }

  private async fetchOne(page: number, signal: AbortSignal): Promise<Page<Row>> {
    signal.throwIfAborted()
    const answer = await this.fetchPage(this.cursors[page] ?? null, signal)
    const next = answer.next_cursor ?? null
    const before = this.cursors[page + 1]
    const shifted = before !== undefined && before !== next
    if (shifted) this.forget(page)
    if (next !== null) this.cursors[page + 1] = next
    return { rows: answer.items, total: answer.total ?? null, more: next !== null, shifted }
  }
}
