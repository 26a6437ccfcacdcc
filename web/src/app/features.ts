import type { Command, CustomerPanel, Feature, MenuName, Tab } from '@/lib/feature'

export interface Features {
  tabs: Tab[]
  dialogs: NonNullable<Feature['dialogs']>
  commands(menu: MenuName, role: string): Command[]
  customerPanels: CustomerPanel[]
}

const found = import.meta.glob<Feature>('../features/*/feature.ts', { eager: true, import: 'default' })

/** Everything that the features add to the frame, in order. */
export function gatherFeatures(features: Feature[] = Object.values(found)): Features {
  const byOrder = (one: { order: number }, other: { order: number }) => one.order - other.order
  const commands = features.flatMap((feature) => feature.commands ?? []).sort(byOrder)
  return {
    tabs: features.flatMap((feature) => feature.tabs ?? []).sort(byOrder),
    dialogs: Object.assign({}, ...features.map((feature) => feature.dialogs ?? {})) as Features['dialogs'],
    commands: (menu, role) =>
      commands.filter((command) => command.menu === menu && command.allowed?.(role) !== false),
    customerPanels: features.flatMap((feature) => feature.customerPanels ?? []).sort(byOrder),
  }
}
