import type { Feature } from '@/lib/feature'

export default {
  commands: [
    {
      id: 'messages:system', menu: 'logs', title: 'messages.system', order: 5, icon: 'bell',
      run: (router) => {
        void router.push({ query: { ...router.currentRoute.value.query, messages: 'system' } })
      },
    },
  ],
} satisfies Feature
