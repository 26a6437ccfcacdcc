import { onActivated, onBeforeUnmount, onDeactivated, onMounted } from 'vue'

export type QueueAction = 'next' | 'previous' | 'write' | 'snooze' | 'done'

export const KEYS: Record<string, QueueAction> = { j: 'next', k: 'previous', m: 'write', s: 'snooze', d: 'done' }

// Where letters are text, or choose among the entries of a menu.
const TAKEN =
  'input:not([readonly]), select, textarea, [contenteditable], [role=dialog], [role=menu], [role=menubar]'

function belongsElsewhere(event: KeyboardEvent): boolean {
  const isChord = event.altKey || event.ctrlKey || event.metaKey
  const isTaken = event.target instanceof Element && event.target.closest(TAKEN) !== null
  return event.defaultPrevented || event.isComposing || isChord || isTaken
}

/** What a key means for the queue, or null when it belongs to somebody else. */
export function queueAction(event: KeyboardEvent): QueueAction | null {
  if (belongsElsewhere(event)) return null
  const action = KEYS[event.key.toLowerCase()] ?? null
  // A key that is held down walks through the list, and marks nobody twice.
  return event.repeat && action !== 'next' && action !== 'previous' ? null : action
}

/** Hears the keys of the queue wherever the focus is, for as long as the page is shown. */
export function useQueueKeys(act: (action: QueueAction) => void): void {
  function onKey(event: KeyboardEvent): void {
    const action = queueAction(event)
    if (action === null) return
    event.preventDefault()
    act(action)
  }
  const listen = () => window.addEventListener('keydown', onKey)
  const stop = () => window.removeEventListener('keydown', onKey)
  onMounted(listen)
  onActivated(listen)
  onDeactivated(stop)
  onBeforeUnmount(stop)
}
