import { computed, ref, shallowReactive } from 'vue'

type Id = number | string

/** Which rows are chosen: some by their ids, or all of the list, also those never loaded, but for a few. */
export class Selection {
  readonly isAll = ref(false)
  readonly isEmpty = computed(() => !this.isAll.value && this.marked.size === 0)
  // The chosen ones; while all are chosen, those that are not.
  private readonly marked = shallowReactive(new Set<Id>())

  has(id: Id): boolean {
    return this.marked.has(id) !== this.isAll.value
  }

  /** How many are chosen of a list of that length. */
  count(total: number | null): number {
    return this.isAll.value ? Math.max(0, (total ?? 0) - this.marked.size) : this.marked.size
  }

  set(ids: Iterable<Id>, chosen: boolean): void {
    for (const id of ids) {
      if (chosen === this.isAll.value) this.marked.delete(id)
      else this.marked.add(id)
    }
  }

  all(): void {
    this.isAll.value = true
    this.marked.clear()
  }

  clear(): void {
    this.isAll.value = false
    this.marked.clear()
  }

  /** The ids that were named one by one: the chosen ones, or the left out ones while all are chosen. */
  named(): Id[] {
    return [...this.marked]
  }
}

interface Parts {
  selection: () => Selection | undefined
  /** The id of the row at a position, if it is at hand. */
  idAt: (index: number) => Id | undefined
}

/** Choosing rows by their position: one, or a run of them from where one began. */
export class Selecting {
  private anchor = 0
  private run: Id[] = []

  constructor(private readonly parts: Parts) {}

  /** The cursor has gone to a row without choosing: a run would begin there. */
  moved(index: number): void {
    this.anchor = index
    this.run = []
  }

  toggle(index: number): void {
    const id = this.parts.idAt(index)
    const selection = this.parts.selection()
    if (id !== undefined) selection?.set([id], !selection.has(id))
    this.moved(index)
  }

  /** Chooses all from where the run began to here; what a longer run had chosen before is let go. */
  extendTo(index: number): void {
    const [from, to] = [Math.min(this.anchor, index), Math.max(this.anchor, index)]
    const ids = Array.from({ length: to - from + 1 }, (_, step) => this.parts.idAt(from + step))
    this.parts.selection()?.set(this.run, false)
    this.run = ids.filter((id) => id !== undefined)
    this.parts.selection()?.set(this.run, true)
  }
}
