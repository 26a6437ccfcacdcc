import { useShortcuts } from '@/lib/shortcuts'

export type QueueAction = 'next' | 'previous' | 'write' | 'snooze' | 'done'

export const KEYS: Record<string, QueueAction> = { j: 'next', k: 'previous', m: 'write', s: 'snooze', d: 'done' }

/** Hears the keys of the queue wherever the focus is, for as long as the page is shown. */
export function useQueueKeys(act: (action: QueueAction) => void): void {
  useShortcuts(() =>
    Object.entries(KEYS).map(([keys, action]) => ({
      id: `followups:${action}`, title: `followups.keys.${action}`, keys, group: 'queue',
      // A key that is held down walks through the list, and marks nobody twice.
      repeats: action === 'next' || action === 'previous',
      run: () => act(action),
    })),
  )
}
