import type { Feature } from '@/lib/feature'

const mayUpload = (role: string) => role !== 'viewer'

export default {
  tabs: [
    {
      name: 'imports', title: 'imports.tab', order: 60, closable: true, icon: 'upload', path: '/imports',
      component: () => import('./imports-page.vue'),
    },
  ],
  commands: [
    {
      id: 'imports:upload', menu: 'data', title: 'imports.upload', order: 31, icon: 'upload', allowed: mayUpload,
      run: (router) => void router.push({ name: 'imports' }),
    },
    {
      id: 'imports:history', menu: 'data', title: 'imports.history', order: 32, icon: 'clock', allowed: mayUpload,
      run: (router) => void router.push({ name: 'imports', hash: '#history' }),
    },
  ],
} satisfies Feature
