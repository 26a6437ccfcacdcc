import type { Router } from 'vue-router'
import type { Command, Feature } from '@/lib/feature'

const show = (service: string) => (router: Router) => void router.push({ name: 'logs', params: { service } })

const command = (service: string, order: number): Command => ({
  id: `logs:${service}`, menu: 'logs', title: `logs.services.${service}`, order, icon: 'list', run: show(service),
})

export default {
  tabs: [
    {
      name: 'logs', title: ({ service }) => `logs.services.${service ?? ''}`, order: 80, closable: true, icon: 'list',
      path: '/logs/:service(mail-fetcher|verifier|backup|api)',
      component: () => import('./logs-page.vue'),
    },
  ],
  commands: [command('verifier', 14), command('mail-fetcher', 22), command('backup', 32), command('api', 50)],
} satisfies Feature
