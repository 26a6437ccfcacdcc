export const THEMES = ['auto', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const STORED = 'mycrm.look'

interface Look {
  theme?: string
  language?: string
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
