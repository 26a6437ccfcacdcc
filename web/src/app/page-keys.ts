import { nextTick } from 'vue'
import { useRouter } from 'vue-router'
import type { Features } from '@/app/features'
import { useShortcuts, type Shortcut } from '@/lib/shortcuts'

const SEARCH = 'input[type=search]'

interface Ways {
  openPalette(): void
  openSheet(): void
  toggleMessages(): void
  openSettings(): void
}

// What the parts of the page hear themselves while they have the focus; the sheet tells of it.
const HEARD: Omit<Shortcut, 'id'>[] = [
  { group: 'page', title: 'frame.keys.undo', keys: 'Mod+Z' },
  { group: 'page', title: 'frame.keys.escape', keys: 'Esc' },
  { group: 'grid', title: 'frame.keys.move', keys: '↑ ↓ ← →' },
  { group: 'grid', title: 'frame.keys.page', keys: 'PgUp PgDn' },
  { group: 'grid', title: 'frame.keys.row_ends', keys: 'Home End' },
  { group: 'grid', title: 'frame.keys.ends', keys: 'Mod+Home Mod+End' },
  { group: 'grid', title: 'frame.keys.edit', keys: 'F2 Enter' },
  { group: 'grid', title: 'frame.keys.type', keys: 'A–Z' },
  { group: 'grid', title: 'frame.keys.next', keys: 'Tab' },
  { group: 'grid', title: 'frame.keys.clear', keys: 'Delete' },
  { group: 'grid', title: 'frame.keys.copy', keys: 'Mod+C' },
  { group: 'mail', title: 'frame.keys.mails', keys: 'j k' },
  { group: 'mail', title: 'frame.keys.open_mail', keys: 'Enter' },
]

/** The keys that mean the same wherever one is. */
export function usePageKeys(features: Features, ways: Ways): void {
  const router = useRouter()

  async function goToSearch(): Promise<void> {
    const shown = () => [...document.querySelectorAll<HTMLElement>(SEARCH)].find((field) => field.checkVisibility())
    if (shown() === undefined) {
      await router.push({ name: 'customers' })
      await nextTick()
    }
    shown()?.focus()
  }

  const tabs = (): Shortcut[] =>
    features.tabs.filter(({ closable }) => closable !== true).slice(0, 9).map(({ name, title }, index) => ({
      id: `tab:${name}`, group: 'page', title: title as string, keys: `Alt+${index + 1}`, run: () => void router.push({ name }),
    }))

  useShortcuts(() => [
    { id: 'palette', group: 'page', title: 'frame.palette.title', keys: 'Mod+K', run: ways.openPalette },
    { id: 'sheet', group: 'page', title: 'frame.sheet.title', keys: '? Mod+/', run: ways.openSheet },
    { id: 'search', group: 'page', title: 'frame.keys.search', keys: '/', run: () => void goToSearch() },
    { id: 'messages', group: 'page', title: 'frame.keys.messages', keys: 'Alt+M', run: ways.toggleMessages },
    { id: 'settings', group: 'page', title: 'settings.title', keys: 'Mod+,', run: ways.openSettings },
    ...tabs(),
    ...HEARD.map((shortcut) => ({ ...shortcut, id: shortcut.title })),
  ])
}
