import type { Feature } from '@/lib/feature'

export default {
  tabs: [
    {
      name: 'followups', title: 'followups.tab', order: 20, icon: 'clock', path: '/followups',
      component: () => import('./followups-page.vue'),
    },
  ],
} satisfies Feature
