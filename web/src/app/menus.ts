import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { problemFrom } from '@/api/problem'
import { useBackend } from '@/api/backend'
import { useDensityMenu } from '@/app/density-menu'
import type { Features } from '@/app/features'
import { useProblemTexts } from '@/i18n/problems'
import type { Command, MenuName } from '@/lib/feature'
import { showTheme, themeNamed, THEMES, type Theme } from '@/lib/look'
import { useShortcutList } from '@/lib/shortcuts'
import { useNotices } from '@/lib/notices'
import type { IconName } from '@/ui/icons'
import type { Menu, MenuItem, MenuSection } from '@/ui/menu-bar.vue'

const MENUS: MenuName[] = ['data', 'logs', 'settings', 'help']

export interface FrameMenus {
  menus: ComputedRef<Menu[]>
  choose(id: string): void
}

/** The menus at the top right: what the features add, the themes, and the way out. */
export function useFrameMenus(features: Features): FrameMenus {
  const { t } = useI18n()
  const { session } = useBackend()
  const router = useRouter()
  const notices = useNotices()
  const problems = useProblemTexts()
  const shortcuts = useShortcutList()
  const densities = useDensityMenu()

  const tell = (failure: unknown) => void notices.show({ tone: 'failed', text: problems.of(problemFrom(failure)) })
  const itemOf = ({ id, title, icon }: Command): MenuItem => ({ id, label: t(title), icon: icon as IconName })
  const commandsOf = (menu: MenuName) => features.commands(menu, session.user.value?.role ?? 'viewer')

  function themes(): MenuSection {
    const items = THEMES.map((theme) => ({ id: `theme:${theme}`, label: t(`frame.themes.${theme}`) }))
    return { title: t('frame.theme'), items, chosen: `theme:${themeNamed(session.user.value?.theme)}` }
  }

  function menuOf(menu: MenuName): Menu {
    const sections: Menu['sections'] = [{ items: commandsOf(menu).map(itemOf) }]
    if (menu === 'settings') sections.push(themes(), densities.section())
    if (menu === 'help') sections.push({ items: [{ id: 'sheet', label: t('frame.sheet.title'), icon: 'keyboard' }] })
    return { id: menu, label: t(`frame.menus.${menu}`), sections: sections.filter(({ items }) => items.length > 0) }
  }

  const menus = computed<Menu[]>(() => [
    ...MENUS.map(menuOf).filter(({ sections }) => sections.length > 0),
    {
      id: 'account',
      label: t('frame.account'),
      icon: 'user',
      sections: [
        {
          title: t('frame.signed_in_as', { name: session.user.value?.username ?? '' }),
          items: [{ id: 'sign-out', label: t('frame.sign_out'), icon: 'signOut' }],
        },
      ],
    },
  ])

  function chooseTheme(theme: Theme): void {
    showTheme(theme)
    session.change({ theme }).catch(tell)
  }

  function choose(id: string): void {
    if (id === 'sign-out') session.signOut().catch(tell)
    else if (id.startsWith('theme:')) chooseTheme(themeNamed(id.slice('theme:'.length)))
    else if (id.startsWith('density:')) densities.choose(id.slice('density:'.length))
    else if (id === 'sheet') shortcuts.list.find((shortcut) => shortcut.id === id)?.run?.()
    else MENUS.flatMap(commandsOf).find((command) => command.id === id)?.run(router)
  }

  return { menus, choose }
}
