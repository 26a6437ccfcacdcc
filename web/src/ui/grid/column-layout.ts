import { computed, ref, watch, type ComputedRef } from 'vue'
import type { Column } from '@/ui/grid/columns'

export const NARROWEST = 60
export const WIDEST = 900

/** What somebody made of the columns: their order, which are hidden, and widths other than usual. */
interface Kept {
  order: string[]
  hidden: string[]
  widths: Record<string, number>
}

export interface ColumnLayout<Row> {
  shown: ComputedRef<Column<Row>[]>
  /** All columns in their order, also the hidden ones. */
  all: ComputedRef<Column<Row>[]>
  isHidden(id: string): boolean
  isChanged: ComputedRef<boolean>
  setHidden(id: string, hidden: boolean): void
  /** Puts a column before another one, or at the end. */
  moveBefore(id: string, before: string | null): void
  resize(id: string, width: number): void
  reset(): void
}

const usual = (): Kept => ({ order: [], hidden: [], widths: {} })

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}

function read(key: string): Kept {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Kept> | null
    const widths = Object.entries(kept?.widths ?? {}).filter(([, width]) => width >= NARROWEST && width <= WIDEST)
    return { order: texts(kept?.order), hidden: texts(kept?.hidden), widths: Object.fromEntries(widths) }
  } catch {
    return usual()
  }
}

function write(key: string, kept: Kept): void {
  try {
    localStorage.setItem(key, JSON.stringify(kept))
  } catch {
    // Storage may be forbidden; the columns then are as usual at the next visit.
  }
}

/** The columns as somebody arranged them, kept in this browser under a name. */
export function useColumnLayout<Row>(columns: () => Column<Row>[], key: () => string): ColumnLayout<Row> {
  const kept = ref(read(key()))
  watch(key, (now) => (kept.value = read(now)))

  const all = computed(() => {
    const { order, widths } = kept.value
    // A column that came with a newer version stands behind the one that it follows by nature.
    const known = columns().map(({ id }) => id)
    const ids = order.filter((id) => known.includes(id))
    for (const [at, id] of known.entries()) if (!ids.includes(id)) ids.splice(at === 0 ? 0 : ids.indexOf(known[at - 1] ?? '') + 1, 0, id)
    const byId = new Map(columns().map((column) => [column.id, column]))
    return ids.flatMap((id) => {
      const column = byId.get(id)
      return column === undefined ? [] : [{ ...column, width: widths[id] ?? column.width }]
    })
  })
  const isHidden = (id: string) => kept.value.hidden.includes(id)
  const shown = computed(() => {
    const some = all.value.filter(({ id }) => !isHidden(id))
    return some.length > 0 ? some : all.value.slice(0, 1)
  })

  function change(part: Partial<Kept>): void {
    kept.value = { ...kept.value, ...part }
    write(key(), kept.value)
  }

  return {
    shown, all, isHidden,
    isChanged: computed(() => JSON.stringify(kept.value) !== JSON.stringify(usual())),
    setHidden(id, hidden) {
      const others = kept.value.hidden.filter((one) => one !== id)
      change({ hidden: hidden ? [...others, id] : others })
    },
    moveBefore(id, before) {
      const others = all.value.map((column) => column.id).filter((one) => one !== id)
      const at = before === null ? others.length : others.indexOf(before)
      change({ order: others.toSpliced(at < 0 ? others.length : at, 0, id) })
    },
    resize(id, width) {
      const wide = Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)))
      change({ widths: { ...kept.value.widths, [id]: wide } })
    },
    reset: () => change(usual()),
  }
}
