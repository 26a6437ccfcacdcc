import type { Message } from '@/api/types'

export interface Conversation {
  key: string
  newest: Message
  /** How many messages it has in all, however many of them are loaded. */
  size: number
}

/** Messages, newest first, as conversations: each stands where its newest message stands. */
export function conversationsOf(messages: readonly Message[]): Conversation[] {
  const found = new Map<string, Conversation>()
  for (const message of messages) {
    const key = message.thread ?? `alone-${message.id}`
    if (!found.has(key)) found.set(key, { key, newest: message, size: Math.max(1, message.thread_size) })
  }
  return [...found.values()]
}
