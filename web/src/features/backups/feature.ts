import type { Feature } from '@/lib/feature'

export default {
  tabs: [
    {
      name: 'backups', title: 'backups.title', order: 72, closable: true, icon: 'folder', path: '/backups',
      component: () => import('./backups-page.vue'),
    },
  ],
  commands: [
    {
      id: 'backups', menu: 'logs', title: 'backups.title', order: 30, icon: 'folder',
      allowed: (role) => role === 'admin',
      run: (router) => void router.push({ name: 'backups' }),
    },
  ],
} satisfies Feature
