import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { Subscription } from './raw-subscriber.ts'

export type CrowdOrder =
  | { readonly kind: 'join'; readonly url: string; readonly subscriptions: readonly Subscription[]; readonly mark: string | undefined }
  | { readonly kind: 'await'; readonly count: number }
  | { readonly kind: 'arrivals' }
  | { readonly kind: 'leave' }

export interface CrowdAnswer {
  /** Messages of all subscribers so far. */
  readonly received: number
  /** When, in ms since 1970 with fractions. */
  readonly at: number
  /** When each mark came first. */
  readonly arrivals?: Readonly<Record<string, number>>
  readonly error?: string
}

/** Many subscribers in a process of their own. */
export interface Crowd extends AsyncDisposable {
  /** `mark`: a regular expression whose first group is noted with the time of its arrival. */
  join(url: string, subscriptions: readonly Subscription[], mark?: string): Promise<CrowdAnswer>
  /** Resolves when so many messages have come in all; rejects where they do not within a minute. */
  received(count: number): Promise<CrowdAnswer>
  arrivals(): Promise<Readonly<Record<string, number>>>
  leave(): Promise<CrowdAnswer>
}

export function gatherCrowd(): Crowd {
  const child = fork(new URL('crowd-process.ts', import.meta.url).pathname)
  const exit = once(child, 'exit')
  const order = async (what: CrowdOrder): Promise<CrowdAnswer> => {
    const ending = new AbortController()
    child.send(what)
    const [answer] = await Promise.race([
      once(child, 'message', { signal: ending.signal }) as Promise<[CrowdAnswer]>,
      exit.then(() => { throw new Error('The subscribers ended.') }),
      wait(60_000, undefined, { signal: ending.signal }).then(() => { throw new Error(`The subscribers had no answer to ${what.kind} within a minute.`) }),
    ]).finally(() => { ending.abort() })
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer
  }
  return {
    join: (url, subscriptions, mark) => order({ kind: 'join', url, subscriptions, mark }),
    received: (count) => order({ kind: 'await', count }),
    arrivals: async () => (await order({ kind: 'arrivals' })).arrivals ?? {},
    leave: () => order({ kind: 'leave' }),
    async [Symbol.asyncDispose]() {
      child.disconnect()
      await exit
    },
  }
}
