import { ref, shallowRef } from 'vue'
import type { ApiClient } from '@/api/client'
import { ask, Problem, problemFrom } from '@/api/problem'
import type { Credentials, FirstAccount, OwnChoices, User } from '@/api/types'

/** starting: nobody knows yet; setup: no account exists; signed-out; ready; unreachable: the server did not answer. */
export type Phase = 'starting' | 'setup' | 'signed-out' | 'ready' | 'unreachable'

interface Waiting {
  promise: Promise<boolean>
  settle: (signedIn: boolean) => void
}

/** Who is signed in, and the way back in when the server has forgotten it. */
export class Session {
  readonly user = shallowRef<User | null>(null)
  readonly phase = ref<Phase>('starting')
  readonly codeRequired = ref(false)
  /** True while the page waits for somebody to sign in again, with everything typed still in place. */
  readonly expired = ref(false)
  private waiting: Waiting | null = null

  constructor(private readonly client: () => ApiClient) {}

  /** Finds out who is here, or whether the first account is still to be made. */
  async start(): Promise<void> {
    this.phase.value = 'starting'
    try {
      this.enter(await ask(this.client().GET('/api/v1/me')))
    } catch (failure) {
      if (failure instanceof Problem && failure.status === 401) await this.lookForSetup()
      else this.phase.value = 'unreachable'
    }
  }

  /** Makes the first account and signs it in. */
  async setUp(account: FirstAccount): Promise<void> {
    this.enter(await ask(this.client().POST('/api/v1/setup', { body: account })))
  }

  async signIn(credentials: Credentials): Promise<void> {
    this.enter(await ask(this.client().POST('/api/v1/session', { body: credentials })))
  }

  /** Ends the session; one that is already gone is what was asked for. */
  async signOut(): Promise<void> {
    try {
      await ask(this.client().DELETE('/api/v1/session'))
    } catch (failure) {
      if (problemFrom(failure).status !== 401) throw failure
    }
    this.leave()
  }

  /** Changes one's own language, theme or time zone. */
  async change(patch: OwnChoices): Promise<void> {
    this.user.value = await ask(this.client().PATCH('/api/v1/me', { body: patch }))
  }

  /** Waits until somebody has signed in again; false when nobody does. */
  renew(): Promise<boolean> {
    if (this.phase.value !== 'ready') return Promise.resolve(false)
    this.waiting ??= waitForSignIn()
    this.expired.value = true
    return this.waiting.promise
  }

  /** Stops waiting and goes to the sign-in page. */
  leave(): void {
    this.user.value = null
    this.phase.value = 'signed-out'
    this.settle(false)
  }

  private enter(user: User): void {
    this.user.value = user
    this.phase.value = 'ready'
    this.settle(true)
  }

  private settle(signedIn: boolean): void {
    this.expired.value = false
    this.waiting?.settle(signedIn)
    this.waiting = null
  }

  private async lookForSetup(): Promise<void> {
    try {
      const setup = await ask(this.client().GET('/api/v1/setup'))
      this.codeRequired.value = setup.code_required
      this.phase.value = setup.needed ? 'setup' : 'signed-out'
    } catch {
      this.phase.value = 'unreachable'
    }
  }
}

function waitForSignIn(): Waiting {
  let settle: Waiting['settle'] = () => undefined
  const promise = new Promise<boolean>((resolve) => (settle = resolve))
  return { promise, settle }
}
