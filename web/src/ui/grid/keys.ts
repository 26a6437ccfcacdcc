/** What a key means in the grid, as in a spreadsheet. Pure: the grid carries it out. */
export type Move = { row: number; column: number }

export type Intent =
  | { kind: 'move'; by: Move }
  | { kind: 'jump'; row?: 'first' | 'last'; column?: 'first' | 'last' }
  | { kind: 'page'; direction: -1 | 1 }
  | { kind: 'edit' }
  | { kind: 'clear' }
  | { kind: 'commit'; by: Move }
  | { kind: 'commit-next'; direction: -1 | 1 }
  | { kind: 'cancel' }
  | { kind: 'copy' }
  | { kind: 'select' }
  | { kind: 'extend'; by: Move }
  | { kind: 'select-all' }
  | { kind: 'deselect' }
  | { kind: 'resize'; by: -1 | 1 }
  | { kind: 'shift'; by: -1 | 1 }

export interface Key {
  key: string
  shiftKey: boolean
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  isComposing: boolean
  keyCode: number
}

// An input method sends its keys with this code before it says that it composes.
const COMPOSING = 229

const ARROWS: Record<string, Move> = {
  ArrowUp: { row: -1, column: 0 },
  ArrowDown: { row: 1, column: 0 },
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
}

function whileEditing({ key, shiftKey }: Key): Intent | null {
  if (key === 'Escape') return { kind: 'cancel' }
  if (key === 'Enter') return { kind: 'commit', by: { row: shiftKey ? -1 : 1, column: 0 } }
  if (key === 'Tab') return { kind: 'commit-next', direction: shiftKey ? -1 : 1 }
  return null
}

const PLAIN: Record<string, Intent> = {
  PageUp: { kind: 'page', direction: -1 },
  PageDown: { kind: 'page', direction: 1 },
  F2: { kind: 'edit' },
  Enter: { kind: 'edit' },
  Delete: { kind: 'clear' },
  Backspace: { kind: 'clear' },
  Home: { kind: 'jump', column: 'first' },
  End: { kind: 'jump', column: 'last' },
}

const WITH_CONTROL: Record<string, Intent> = {
  Home: { kind: 'jump', row: 'first', column: 'first' },
  End: { kind: 'jump', row: 'last', column: 'last' },
  c: { kind: 'copy' },
}

function whileMoving({ key, ctrlKey, metaKey }: Key): Intent | null {
  if (ctrlKey || metaKey) return WITH_CONTROL[key] ?? null
  const arrow = ARROWS[key]
  return arrow === undefined ? (PLAIN[key] ?? null) : { kind: 'move', by: arrow }
}

export interface State {
  editing: boolean
  tabbing: boolean
  /** Rows can be chosen. */
  selectable?: boolean
  /** Some are chosen. */
  selected?: boolean
  /** The cursor stands in a header whose columns can be moved and resized. */
  arranging?: boolean
}

function whileSelecting({ key, shiftKey, ctrlKey, metaKey }: Key, selected: boolean): Intent | null {
  const arrow = ARROWS[key]
  if (ctrlKey || metaKey) return key.toLowerCase() === 'a' ? { kind: 'select-all' } : null
  if (key === ' ') return { kind: 'select' }
  if (key === 'Escape' && selected) return { kind: 'deselect' }
  return shiftKey && arrow !== undefined && arrow.row !== 0 ? { kind: 'extend', by: arrow } : null
}

function whileArranging({ key, shiftKey, ctrlKey, metaKey }: Key): Intent | null {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[key] as -1 | 1 | undefined
  if (!shiftKey || by === undefined) return null
  return { kind: ctrlKey || metaKey ? 'shift' : 'resize', by }
}

function whileStanding(key: Key, { arranging, selectable, selected }: State): Intent | null {
  if (arranging === true) return whileArranging(key)
  return selectable === true ? whileSelecting(key, selected === true) : null
}

/** The meaning of a key, or null when the input or the browser shall have it. */
export function intentOf(key: Key, state: State): Intent | null {
  if (key.isComposing || key.keyCode === COMPOSING || key.altKey) return null
  if (state.editing) return whileEditing(key)
  // After Tab has carried an edit on, further Tabs go on through the cells; any other move ends the run,
  // so that Tab alone always leads out of the grid.
  if (key.key === 'Tab' && state.tabbing) return { kind: 'commit-next', direction: key.shiftKey ? -1 : 1 }
  return whileStanding(key, state) ?? whileMoving(key)
}
