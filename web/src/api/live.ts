import { inject, onScopeDispose, watch, type App, type InjectionKey } from 'vue'
import type { Session } from '@/api/session'

/** One event of the feed; docs/events says what its data are. */
export interface LiveEvent {
  type: string
  data: Record<string, unknown>
}

type Heard = (event: LiveEvent) => void

const ADDRESS = '/api/v1/events/stream'
const NAME = 'mycrm.live'
const AGAIN_AFTER = 5_000
const KEY: InjectionKey<Live> = Symbol('live')

/**
 * What happens on the server, as it happens. However many windows are open, one of them listens and tells the others:
 * a browser keeps few connections to one server, and each window would hold one for as long as it is open.
 */
export class Live {
  private readonly listeners = new Set<Heard>()
  private readonly windows: BroadcastChannel | undefined
  private source: EventSource | undefined
  private again: ReturnType<typeof setTimeout> | undefined
  private leave: () => void = () => undefined

  constructor(private readonly session: Session) {
    if (typeof BroadcastChannel === 'undefined') return
    this.windows = new BroadcastChannel(NAME)
    this.windows.onmessage = ({ data }: MessageEvent<LiveEvent>) => this.tell(data)
  }

  /** Calls back for every event until the returned function is called. */
  on(heard: Heard): () => void {
    this.listeners.add(heard)
    return () => void this.listeners.delete(heard)
  }

  /** Listens while somebody is signed in. */
  start(): void {
    if (typeof EventSource === 'undefined') return
    watch(() => this.session.phase.value === 'ready' && !this.session.expired.value, (isHere) => {
      if (isHere) this.takeTurn()
      else this.stop()
    }, { immediate: true })
  }

  private takeTurn(): void {
    // Browsers without locks, and pages that are not reached by a safe address, listen each for themselves.
    if (!('locks' in navigator)) return this.open()
    const turn = new AbortController()
    const held = () => new Promise<void>((resolve) => {
      this.leave = resolve
      this.open()
    })
    this.leave = () => turn.abort()
    navigator.locks.request(NAME, { signal: turn.signal }, held).catch(() => undefined)
  }

  private open(): void {
    this.source = new EventSource(ADDRESS)
    this.source.onmessage = ({ data }: MessageEvent<string>) => {
      const event = JSON.parse(data) as LiveEvent
      this.windows?.postMessage(event)
      this.tell(event)
    }
    this.source.onerror = () => {
      // The browser comes back by itself, except when it was refused.
      if (this.source?.readyState !== EventSource.CLOSED) return
      this.again = setTimeout(() => this.open(), AGAIN_AFTER)
    }
  }

  private stop(): void {
    clearTimeout(this.again)
    this.source?.close()
    this.leave()
  }

  private tell(event: LiveEvent): void {
    for (const heard of this.listeners) heard(event)
  }
}

/** Makes the live events reachable for every component. */
export function provideLive(app: App, live: Live): void {
  app.provide(KEY, live)
}

/** Hears every event for as long as the component lives; a part that is shown without them hears nothing. */
export function useLive(heard: Heard): void {
  const live = inject(KEY, null)
  if (live !== null) onScopeDispose(live.on(heard))
}
