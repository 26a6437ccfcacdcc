import type { Feature } from '@/lib/feature'

export default {
  tabs: [
    {
      name: 'customers', title: 'customers.tab', order: 10, icon: 'users', path: '/customers',
      component: () => import('./customers-page.vue'),
    },
  ],
  commands: [
    {
      id: 'customers:add', menu: 'data', title: 'customers.add', order: 10, icon: 'plus',
      allowed: (role) => role !== 'viewer',
      // The dialog belongs to the page of customers, so that is where it opens.
      run: (router) => void router.push({ name: 'customers', query: { dialog: 'add-customer' } }),
    },
  ],
} satisfies Feature
