/** By the system, light and dark, then the old page's, under the names that its settings stored. */
export const THEMES = [
  'auto', 'light', 'dark', 'default', 'bootstrap', 'material', 'material-teal', 'metro', 'gray', 'black',
] as const
export type Theme = (typeof THEMES)[number]

export const DENSITIES = ['compact', 'usual', 'roomy'] as const
export type Density = (typeof DENSITIES)[number]

const STORED = 'mycrm.look'

interface Look {
  theme?: string
  language?: string
  density?: string
}

function remembered(): Look {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? '{}') as Look
  } catch {
    return {}
  }
}

/** Remembers a part of the look for the first paint of the next visit (`public/first-paint.js` reads it). */
export function rememberLook(part: Look): void {
  try {
    localStorage.setItem(STORED, JSON.stringify({ ...remembered(), ...part }))
  } catch {
    // Storage may be forbidden; the page then only starts in the system's look.
  }
}

/** The theme a stored name stands for; names of themes that do not exist follow the system. */
export function themeNamed(name: string | null | undefined): Theme {
  return THEMES.find((theme) => theme === name) ?? 'auto'
}

/** Shows a theme at once and remembers it. */
export function showTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme
  rememberLook({ theme })
}

/** How much this browser shows on a page: a matter of the screen, not of the account. */
export function density(): Density {
  const { density: stored } = remembered()
  return DENSITIES.find((name) => name === stored) ?? 'usual'
}

/** Shows a density at once and remembers it. */
export function showDensity(chosen: Density): void {
  document.documentElement.dataset.density = chosen
  rememberLook({ density: chosen })
}
