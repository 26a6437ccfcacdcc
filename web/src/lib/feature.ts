import type { Component } from 'vue'
import type { Router, RouteRecordRaw } from 'vue-router'

/** What a feature adds to the frame. The frame gathers the `feature.ts` files; no list names them. */
export interface Feature {
  tabs?: Tab[]
  /** Opened by `?dialog=name`, so that a link or a menu entry can reach them. */
  dialogs?: Record<string, Component>
  commands?: Command[]
  /** What the window of a customer shows besides the fields. */
  customerPanels?: CustomerPanel[]
}

export interface CustomerPanel {
  id: string
  /** The key of the title in `i18n`. */
  title: string
  order: number
  /** Takes `customerId`. */
  component: Component
}

export interface Tab {
  /** The route's name. */
  name: string
  /** The key of the title in `i18n`, which may depend on the parameters of the address. */
  title: string | ((params: Record<string, string>) => string)
  order: number
  path: string
  component: NonNullable<RouteRecordRaw['component']>
  /** A closable tab appears when it is opened; the others are always there. */
  closable?: boolean
  icon?: string
}

export type MenuName = 'data' | 'logs' | 'settings' | 'help'

export interface Command {
  id: string
  menu: MenuName
  title: string
  order: number
  icon?: string
  /** Whether this person may use it at all. */
  allowed?: (role: string) => boolean
  run: (router: Router) => void
}

/** Opens a dialog over whatever is shown; the rest of the address stays. */
export function openDialog(router: Router, name: string): void {
  void router.push({ query: { ...router.currentRoute.value.query, dialog: name } })
}
