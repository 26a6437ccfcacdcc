import { useQueryClient } from '@tanstack/vue-query'
import { ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBackend } from '@/api/backend'
import { useLive, type LiveEvent } from '@/api/live'
import { ask } from '@/api/problem'
import { useMessageCount } from '@/features/messages/message-count'
import { useNotices } from '@/lib/notices'
import { throttled } from '@/lib/throttle'

// Thousands of mails arrive at once when a mailbox is read for the first time: one look a second is enough for all.
const LOOK_EVERY = 1_000
const LATELY = 60 * 60 * 1_000

export interface FreshMessages {
  count: Ref<number | undefined>
  /** How many have come since somebody looked at the messages. */
  arrived: Ref<number>
  seen(): void
}

/** The number behind "my messages", kept fresh by what the server tells, and how many of them are new. */
export function useFreshMessages(customerId: () => number | null, showNotices: () => void): FreshMessages {
  const queries = useQueryClient()
  const count = useMessageCount(customerId)
  const tellOfNotice = useNoticeTeller(showNotices)
  const arrived = ref(0)

  const look = throttled(LOOK_EVERY, () => {
    void queries.invalidateQueries({ queryKey: ['messages', 'count'] })
    void queries.invalidateQueries({ queryKey: ['messages', 'newest'] })
    void queries.invalidateQueries({ queryKey: ['messages', 'thread'] })
  })
  useLive((event) => {
    if (event.type !== 'message.stored.v1') return
    look()
    tellOfNotice(event)
  })

  watch([customerId, count], ([id, now], [before, last]) => {
    if (id !== before) arrived.value = 0
    else if (now !== undefined && last !== undefined && now > last) arrived.value += now - last
  })
  return { count, arrived, seen: () => void (arrived.value = 0) }
}

function useNoticeTeller(show: () => void): (event: LiveEvent) => void {
  const { api } = useBackend()
  const { t } = useI18n()
  const notices = useNotices()

  return ({ data }) => {
    // What is read from an old mailbox happened long ago.
    const isNew = data.type === 'system' && Date.now() - Date.parse(String(data.date)) < LATELY
    if (!isNew) return
    const params = { path: { message_id: Number(data.message_id) } }
    void ask(api.GET('/api/v1/messages/{message_id}', { params })).then(({ subject }) => {
      const action = { label: t('messages.show_notice'), run: show }
      const text = t('messages.new_notice', { subject: subject || t('messages.no_subject') })
      notices.show({ tone: 'info', about: 'system-notice', text, action })
    }, () => undefined)
  }
}
