import type { Router } from 'vue-router'
import { exportAddress, keepFile, type ExportKind } from '@/api/exports'
import { shownList } from '@/features/exports/shown-list'
import type { Command, Feature } from '@/lib/feature'
import type { IconName } from '@/ui/icons'

const addressOf = (kind: ExportKind, router: Router) =>
  kind === 'filtered' ? exportAddress(kind, shownList(router.currentRoute.value)) : exportAddress(kind)

const command = (kind: ExportKind, order: number, icon: IconName = 'download'): Command => ({
  id: `exports:${kind}`, menu: 'data', title: `exports.kinds.${kind}`, order, icon,
  allowed: (role) => role !== 'viewer',
  run: (router) => keepFile(addressOf(kind, router)),
})

export default {
  commands: [
    command('all', 20), command('valid', 21), command('invalid', 22), command('followup', 23), command('filtered', 24),
    command('template', 30, 'table'),
  ],
} satisfies Feature
