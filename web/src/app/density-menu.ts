import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { DENSITIES, density, showDensity } from '@/lib/look'
import type { MenuSection } from '@/ui/menu-bar.vue'

/** How much stands on a page, as a part of the menu of settings. */
export function useDensityMenu(): { section(): MenuSection; choose(name: string): void } {
  const { t } = useI18n()
  const chosen = ref(density())
  return {
    section: () => ({
      title: t('frame.density'),
      items: DENSITIES.map((name) => ({ id: `density:${name}`, label: t(`frame.densities.${name}`) })),
      chosen: `density:${chosen.value}`,
    }),
    choose(name) {
      chosen.value = DENSITIES.find((known) => known === name) ?? 'usual'
      showDensity(chosen.value)
    },
  }
}
