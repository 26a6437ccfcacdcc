import type { Feature } from '@/lib/feature'

export default {
  tabs: [
    {
      name: 'mailbox', title: 'mailboxes.ledger', order: 70, closable: true, icon: 'mail', path: '/mailbox',
      component: () => import('./ledger-page.vue'),
    },
  ],
  commands: [
    {
      id: 'mailbox', menu: 'logs', title: 'mailboxes.ledger', order: 20, icon: 'mail',
      run: (router) => void router.push({ name: 'mailbox' }),
    },
  ],
} satisfies Feature
