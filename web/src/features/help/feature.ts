import { defineAsyncComponent } from 'vue'
import { openDialog, type Feature } from '@/lib/feature'

export default {
  tabs: [
    {
      name: 'help', title: 'help.guide', order: 90, closable: true, icon: 'help', path: '/help',
      component: () => import('./guide-page.vue'),
    },
  ],
  dialogs: { about: defineAsyncComponent(() => import('./about-dialog.vue')) },
  commands: [
    {
      id: 'help', menu: 'help', title: 'help.guide', order: 10, icon: 'help',
      run: (router) => void router.push({ name: 'help' }),
    },
    {
      id: 'about', menu: 'help', title: 'help.about', order: 90, icon: 'info',
      run: (router) => openDialog(router, 'about'),
    },
  ],
} satisfies Feature
