import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { Features } from '@/app/features'
import type { FrameMenus } from '@/app/menus'
import { useShortcutList, type Shortcut } from '@/lib/shortcuts'
import type { IconName } from '@/ui/icons'
import type { PaletteItem } from '@/ui/palette.vue'

/** Something that can be done by its name. */
export interface Deed extends PaletteItem {
  run: () => void
}

/** Every tab, every entry of every menu, and every key that does something: what the palette finds. */
export function useDeeds(features: Features, { menus, choose }: FrameMenus): ComputedRef<Deed[]> {
  const { t } = useI18n()
  const router = useRouter()
  const shortcuts = useShortcutList()

  const tabs = (): Deed[] =>
    features.tabs.filter(({ closable }) => closable !== true).map(({ name, title, icon }) => ({
      id: `tab:${name}`, label: t(title as string), hint: t('frame.tabs'), icon: icon as IconName,
      keys: shortcuts.list.find(({ id }) => id === `tab:${name}`)?.keys, run: () => void router.push({ name }),
    }))
  const entries = (): Deed[] =>
    menus.value.flatMap(({ label, sections }) =>
      sections.flatMap((section) =>
        section.items.map(({ id, label: entry, icon }) => ({
          id, icon, label: entry, hint: section.chosen === undefined ? label : section.title,
          keys: shortcuts.list.find((shortcut) => shortcut.id === id)?.keys, run: () => choose(id),
        })),
      ),
    )
  const keys = (known: Set<string>): Deed[] =>
    shortcuts.list
      .filter((shortcut): shortcut is Shortcut & { run: () => void } => shortcut.run !== undefined && !known.has(shortcut.id))
      .map(({ id, title, keys: written, group, run }) => ({ id, label: t(title), hint: t(`frame.sheet.${group}`), keys: written, run }))

  return computed(() => {
    const named = [...tabs(), ...entries()]
    return [...named, ...keys(new Set(named.map(({ id }) => id)))]
  })
}
