import type { Conflict, Invalid, LimitReached, NotFound } from '../problem.ts'
import type { Result } from '../util/result.ts'

/** Where alerts are sent to. */
export interface Channel {
  readonly id: string
  readonly name: string
  readonly kind: 'WEBHOOK' | 'ALERTMANAGER'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** What messages are signed with; null: they are not. */
  readonly secret: ChannelSecret | null
  readonly isEnabled: boolean
}

/** Itself, or the name of an environment variable that holds it. */
export type ChannelSecret = { readonly kind: 'given'; readonly value: string } | { readonly kind: 'environment'; readonly name: string }

/** A message that is to be sent. Its id stays the same however often it is sent, so that receivers can tell. */
export interface NewDelivery {
  readonly id: string
  readonly channel: string
  readonly alert: string
  readonly event: string
  /** Of a channel those that wait are sent in this order: that of the changes of all alerts. */
  readonly place: number
  /** JSON: what webhooks are told. */
  readonly payload: string
}

export interface Delivery extends Omit<NewDelivery, 'place'> {
  readonly attempts: number
  /** From now on, in ms; not more than 0: it is due. */
  readonly dueInMs: number
}

export interface ChannelGround {
  readonly channel: Channel | undefined
  readonly taken: ReadonlySet<string>
  readonly count: number
}

export type ChannelProblem = Invalid | Conflict | NotFound | LimitReached

/** Channels, and what is to be sent over them. Every method that writes is one transaction. They throw STORE_UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN. */
export interface ChannelStore {
  put(id: string, actor: string, decide: (ground: ChannelGround) => Result<Channel, ChannelProblem>): Promise<Result<Channel, ChannelProblem>>
  /** With what waits for it, which is DEAD then. Rules that tell it, at most so many; where there are any it stays. Undefined: there is none. */
  remove(id: string): Promise<{ readonly usedBy: readonly string[] } | undefined>
  find(ids: readonly string[]): Promise<readonly (Channel | undefined)[]>
  all(): Promise<readonly Channel[]>
  /** What keeps messages from being delivered; null: nothing does. */
  setTrouble(id: string, trouble: string | null): Promise<void>
  /** Enabled channels with something to send, and when the first of it is due: from now on, in ms. */
  waiting(): Promise<readonly { readonly channel: Channel; readonly dueInMs: number }[]>
  /** What waits for a channel, in its order. */
  next(channel: string, limit: number): Promise<readonly Delivery[]>
  delivered(id: string): Promise<void>
  /** It was not delivered; it is tried again after so many ms, or never. */
  failed(id: string, error: string, retryInMs: number | undefined): Promise<void>
  /** They become PENDING, as if they were new, where all of them are there; answers the ids of those that are. */
  redeliver(ids: readonly string[]): Promise<readonly string[]>
  /** Deletes what was delivered, or given up, before the instant (ms); at most so many. */
  forget(before: number, limit: number): Promise<number>
}

/** One message over HTTP. */
export interface Outgoing {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Sends a message; undefined: it was taken (2xx). Else why not, when to try again at the soonest where the receiver says, and whether there is nobody any more (GONE), or
 * such a message is one that it will not take (NEVER).
 */
export type Post = (message: Outgoing, signal: AbortSignal) => Promise<undefined | { readonly error: string; readonly retryAfterMs?: number | undefined; readonly refusal?: 'GONE' | 'NEVER' | undefined }>
