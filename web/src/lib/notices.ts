import { inject, shallowReactive, type App, type InjectionKey } from 'vue'

export type Tone = 'done' | 'failed' | 'info'

export interface Notice {
  id: number
  tone: Tone
  text: string
  detail?: string
  action?: { label: string; run: () => void }
  /** What it is about: a newer notice about the same takes its place. */
  about?: string
}

export interface Notices {
  readonly list: readonly Notice[]
  show(notice: Omit<Notice, 'id'>): number
  dismiss(id: number): void
  /** Takes away what was said about something, because it is no longer so. */
  settle(about: string): void
}

const KEY: InjectionKey<Notices> = Symbol('notices')
const MOST = 4

/** What the page has to say without being asked; the newest few are kept. */
export function createNotices(): Notices {
  const list = shallowReactive<Notice[]>([])
  let last = 0

  function settle(about: string | undefined): void {
    const index = about === undefined ? -1 : list.findIndex((notice) => notice.about === about)
    if (index >= 0) list.splice(index, 1)
  }

  return {
    list,
    settle,
    show(notice) {
      settle(notice.about)
      last += 1
      list.push({ ...notice, id: last })
      if (list.length > MOST) list.splice(0, list.length - MOST)
      return last
    },
    dismiss(id) {
      const index = list.findIndex((notice) => notice.id === id)
      if (index >= 0) list.splice(index, 1)
    },
  }
}

/** Makes the notices reachable for every component. */
export function provideNotices(app: App, notices: Notices): void {
  app.provide(KEY, notices)
}

/** The notices of this page. */
export function useNotices(): Notices {
  const notices = inject(KEY)
  if (notices === undefined) throw new Error('the page was started without notices')
  return notices
}
