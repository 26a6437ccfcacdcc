import { defineAsyncComponent } from 'vue'
import type { Feature } from '@/lib/feature'

export default {
  dialogs: { mailbox: defineAsyncComponent(() => import('./mailbox-dialog.vue')) },
} satisfies Feature
