import { defineAsyncComponent } from 'vue'
import { openDialog, type Feature } from '@/lib/feature'

export default {
  tabs: [
    {
      name: 'customers', title: 'customers.tab', order: 10, icon: 'users', path: '/customers',
      component: () => import('./customers-page.vue'),
    },
  ],
  dialogs: { 'deleted-customers': defineAsyncComponent(() => import('./deleted-dialog.vue')) },
  commands: [
    {
      id: 'customers:add', menu: 'data', title: 'customers.add', order: 10, icon: 'plus',
      allowed: (role) => role !== 'viewer',
      // The dialog belongs to the page of customers, so that is where it opens.
      run: (router) => void router.push({ name: 'customers', query: { dialog: 'add-customer' } }),
    },
    {
      id: 'customers:deleted', menu: 'data', title: 'customers.deleted_list.title', order: 15, icon: 'trash',
      allowed: (role) => role !== 'viewer',
      run: (router) => openDialog(router, 'deleted-customers'),
    },
  ],
} satisfies Feature
