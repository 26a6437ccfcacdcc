import { defineAsyncComponent } from 'vue'
import { openDialog, type Feature } from '@/lib/feature'

export default {
  dialogs: { settings: defineAsyncComponent(() => import('./settings-dialog.vue')) },
  commands: [
    {
      id: 'settings', menu: 'settings', title: 'settings.title', order: 10, icon: 'settings',
      run: (router) => openDialog(router, 'settings'),
    },
  ],
} satisfies Feature
