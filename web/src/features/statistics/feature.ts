import type { Feature } from '@/lib/feature'

export default {
  tabs: [
    {
      name: 'statistics', title: 'statistics.tab', order: 30, icon: 'chart', path: '/statistics',
      component: () => import('./statistics-page.vue'),
    },
  ],
} satisfies Feature
