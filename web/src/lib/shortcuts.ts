/**
 * Every key that means something on the page. Who hears a key registers it here, so that the keys, the command palette
 * and the sheet behind `?` cannot tell different things.
 */
import { inject, onActivated, onBeforeUnmount, onDeactivated, onMounted, shallowReactive, type App, type InjectionKey } from 'vue'

export type ShortcutGroup = 'page' | 'queue' | 'mail' | 'grid'

export interface Shortcut {
  id: string
  /** The key of its words in `i18n`. */
  title: string
  /** Such as `Mod+K` (Ctrl, or Cmd on a Mac), `Alt+M`, `?` or `j`; several are divided by a space. */
  keys: string
  group: ShortcutGroup
  /** Absent where the part of the page that has the focus hears the key itself. */
  run?: () => void
  /** Whether a key that is held down does it again and again. */
  repeats?: boolean
}

type Key = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'isComposing' | 'repeat'>

const KEY: InjectionKey<Shortcuts> = Symbol('shortcuts')

// Where letters are text, or choose among the entries of a menu.
const TEXT = 'input:not([readonly]), select, textarea, [contenteditable], [role=dialog], [role=menu], [role=menubar]'
// An input method sends its keys with this name.
const COMPOSED = 'Process'

/** Whether a pressed key is the one that is written like this. */
export function isPressed(key: Key, written: string): boolean {
  const parts = written.split('+')
  const name = parts.at(-1) === '' ? '+' : parts.at(-1) ?? ''
  const wants = (part: string) => parts.slice(0, -1).includes(part)
  if (wants('Mod') !== (key.ctrlKey || key.metaKey) || wants('Alt') !== key.altKey) return false
  // With Alt, a Mac writes other letters; the place of the key stays.
  if (wants('Alt')) return key.code === (/\d/.test(name) ? `Digit${name}` : `Key${name.toUpperCase()}`)
  // Shift is part of a sign such as the question mark; with a letter it makes another key.
  if (/^[a-z]$/i.test(name) && key.shiftKey) return false
  return key.key.toLowerCase() === name.toLowerCase()
}

const isChord = (written: string) => /^(Mod|Alt)\+/.test(written)

export class Shortcuts {
  readonly list = shallowReactive<Shortcut[]>([])

  /** Hears a key until the returned function is called; of two with the same key the newer one is meant. */
  add(shortcut: Shortcut): () => void {
    if (this.list.length === 0) window.addEventListener('keydown', this.hear)
    this.list.push(shortcut)
    return () => {
      const index = this.list.indexOf(shortcut)
      if (index >= 0) this.list.splice(index, 1)
      if (this.list.length === 0) window.removeEventListener('keydown', this.hear)
    }
  }

  private readonly hear = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || event.key === COMPOSED) return
    const inText = event.target instanceof Element && event.target.closest(TEXT) !== null
    const means = (shortcut: Shortcut) =>
      shortcut.run !== undefined &&
      shortcut.keys.split(' ').some((written) => (isChord(written) || !inText) && isPressed(event, written))
    const found = this.list.findLast(means)
    if (found === undefined) return
    event.preventDefault()
    if (!event.repeat || found.repeats === true) found.run?.()
  }
}

/** Makes the registry reachable for every component. */
export function provideShortcuts(app: App, shortcuts: Shortcuts): void {
  app.provide(KEY, shortcuts)
}

/** The registry of this page; a part that is shown alone has one of its own. */
export function useShortcutList(): Shortcuts {
  return inject(KEY, () => new Shortcuts(), true)
}

/** Registers keys for as long as the component is shown. */
export function useShortcuts(shortcuts: () => Shortcut[]): void {
  const registry = useShortcutList()
  let remove: (() => void)[] = []
  const stop = () => {
    remove.forEach((act) => act())
    remove = []
  }
  const start = () => {
    stop()
    remove = shortcuts().map((shortcut) => registry.add(shortcut))
  }
  onMounted(start)
  onActivated(start)
  onDeactivated(stop)
  onBeforeUnmount(stop)
}

/** How a key is written on this reader's keyboard, each part a cap of its own. */
export function caps(written: string): string[] {
  const isMac = /mac|iphone|ipad/i.test(navigator.userAgent)
  const names: Record<string, string> = isMac ? { Mod: '⌘', Alt: '⌥' } : { Mod: 'Ctrl' }
  return written.split('+').map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part))
}
