import { inject, type App, type InjectionKey } from 'vue'
import type { CustomerPanel } from '@/lib/feature'

const KEY: InjectionKey<readonly CustomerPanel[]> = Symbol('customer panels')

/** Lets the window of a customer show what other features know of them. */
export function provideCustomerPanels(app: App, panels: readonly CustomerPanel[]): void {
  app.provide(KEY, panels)
}

/** What the other features add to the window of a customer, in order; nothing where a part of the page stands alone. */
export function useCustomerPanels(): readonly CustomerPanel[] {
  return inject(KEY, [])
}
