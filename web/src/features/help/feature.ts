import { defineAsyncComponent } from 'vue'
import { openDialog, type Feature } from '@/lib/feature'

export default {
  dialogs: { about: defineAsyncComponent(() => import('./about-dialog.vue')) },
  commands: [
    {
      id: 'about', menu: 'help', title: 'help.about', order: 90, icon: 'info',
      run: (router) => openDialog(router, 'about'),
    },
  ],
} satisfies Feature
