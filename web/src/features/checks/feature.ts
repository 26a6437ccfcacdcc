import { defineAsyncComponent } from 'vue'
import type { Feature } from '@/lib/feature'

export default {
  tabs: [
    {
      name: 'checks', title: 'checks.title', order: 71, closable: true, icon: 'checkCircle', path: '/checks',
      component: () => import('./checks-page.vue'),
    },
  ],
  commands: [
    {
      id: 'checks', menu: 'logs', title: 'checks.title', order: 12, icon: 'checkCircle',
      run: (router) => void router.push({ name: 'checks' }),
    },
  ],
  customerPanels: [
    { id: 'checks', title: 'checks.panel', order: 20, component: defineAsyncComponent(() => import('./check-panel.vue')) },
  ],
} satisfies Feature
