import { jittered } from '../util/jitter.ts'
import type { Alert } from './alert.ts'
import type { AlertStore } from './alert-store.ts'
import { type Shown, toAlertmanager } from './alertmanager.ts'
import type { Channel, ChannelStore, Delivery, Outgoing, Post } from './channel.ts'
import { secretBytes, webhookHeaders } from './sign-webhook.ts'

export interface SenderConfig {
  readonly channels: ChannelStore
  readonly alerts: Pick<AlertStore, 'open' | 'find'>
  readonly post: Post
  /** Variables that hold secrets. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Of this server, for those who look where an alert comes from. */
  readonly url: string
  /** Ms since 1970. */
  readonly now: () => number
  /** From one attempt to the next, in ms; when they are used up, the message is given up. */
  readonly waits?: readonly number[]
  /** How often alerts that are not resolved are sent to Alertmanagers again. */
  readonly resendMs?: number
  readonly onTrouble: (error: unknown, what: string) => void
}

/** Sends what waits, over each channel in order, over so many channels at once. */
export interface Sender {
  wake(): void
  /** Resolves when what is being sent is, or cannot be waited for. */
  close(): Promise<void>
}

/** A second, then ever longer: in all about 18 hours, ten attempts. */
const usualWaits = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000]
/** Alertmanager's own `resolve_timeout` is five minutes. */
const usualResendMs = 60_000
/** What the receiver says it will not take is given up after so many tries: it may have been a slip of the receiver's. */
const triesOfRefused = 2
/** What is being sent when the sender closes has so long to be taken: else it is sent again by the next. */
const farewellMs = 2_000
const [atOnce, pageSize, alertsAtOnce, longestRest, repairMs] = [8, 50, 100, 60_000, 2_000]

export function createSender({ channels, alerts, post, environment, url, now, waits = usualWaits, resendMs = usualResendMs, onTrouble }: SenderConfig): Sender {
  const ending = new AbortController()
  const { signal } = ending
  const underWay = new Map<string, Promise<void>>()
  let isClosing = false
  const resentAt = new Map<string, number>()
  const sound = new Set<string>()
  let looking: Promise<void> | undefined
  let isAsked = false
  let timer: NodeJS.Timeout | undefined

  const setTrouble = async (channel: string, trouble: string | null): Promise<void> => {
    if (trouble === null && sound.has(channel)) return // else the store knows best: it forgets what was wrong with a channel that is changed
    await channels.setTrouble(channel, trouble)
    if (trouble === null) sound.add(channel)
    else sound.delete(channel)
  }
  const secretOf = ({ secret }: Channel): Buffer | undefined | { readonly error: string } => {
    if (!secret) return undefined
    const text = secret.kind === 'given' ? secret.value : environment[secret.name]
    return secretBytes(text ?? '') ?? { error: secret.kind === 'given' ? 'The secret is none that messages are signed with.' : `The environment variable ${secret.name} holds no secret: whsec_ and 24 to 64 bytes in base64.` }
  }
  const toManager = (channel: Channel, of: readonly Shown[]): Outgoing => ({
    url: `${channel.url.replace(/\/+$/, '')}/api/v2/alerts`, headers: { ...channel.headers, 'content-type': 'application/json' },
    body: JSON.stringify(of.map((alert) => toAlertmanager(alert, { endsAt: now() + 4 * resendMs, url }))),
  })
  const toMessage = async (channel: Channel, { id, alert: ofAlert, payload }: Delivery): Promise<Outgoing | undefined | { readonly error: string }> => {
    if (channel.kind === 'ALERTMANAGER') {
      const [alert] = await alerts.find([ofAlert]) // as it is by now: what it was before is of no use there
      return alert && toManager(channel, [alert])
    }
    const secret = secretOf(channel)
    if (secret && 'error' in secret) return secret
    const at = Math.floor(now() / 1_000)
    return { url: channel.url, body: payload, headers: { ...channel.headers, 'content-type': 'application/json', ...webhookHeaders({ id, at, body: payload, secret }) } }
  }
  /** False: what comes after it waits. */
  const deliver = async (channel: Channel, delivery: Delivery): Promise<boolean> => {
    const message = await toMessage(channel, delivery)
    const failed = message === undefined ? undefined : 'error' in message ? message : await post(message, signal)
    signal.throwIfAborted()
    if (!failed) {
      await channels.delivered(delivery.id)
      await setTrouble(channel.id, null)
      return true
    }
    const wait = waits[delivery.attempts]
    const refusal = 'refusal' in failed ? failed.refusal : undefined
    const isOver = refusal === 'GONE' || (refusal === 'NEVER' && delivery.attempts + 1 >= triesOfRefused)
    const retryAfter = 'retryAfterMs' in failed && typeof failed.retryAfterMs === 'number' ? failed.retryAfterMs : 0
    const retryInMs = isOver || wait === undefined ? undefined : Math.round(Math.max(jittered(wait), retryAfter))
    await channels.failed(delivery.id, failed.error, retryInMs)
    await setTrouble(channel.id, failed.error)
    return retryInMs === undefined
  }
  const sendAll = async (channel: Channel): Promise<void> => {
    for (;;) {
      const page = await channels.next(channel.id, pageSize)
      for (const delivery of page) if (isClosing || delivery.dueInMs > 0 || !await deliver(channel, delivery)) return
      if (page.length < pageSize) return
    }
  }
  const resend = async (channel: Channel): Promise<void> => {
    let portion: Alert[] = []
    for (let after: string | undefined; ;) {
      const page = await alerts.open({ limit: 10 * alertsAtOnce, after })
      portion.push(...page.filter(({ notify }) => notify.includes(channel.id)))
      after = page.at(-1)?.id
      const isLast = page.length < 10 * alertsAtOnce
      while (portion.length >= alertsAtOnce || (isLast && portion.length > 0)) {
        const failed = await post(toManager(channel, portion.slice(0, alertsAtOnce)), signal)
        await setTrouble(channel.id, failed?.error ?? null)
        if (failed) return
        portion = portion.slice(alertsAtOnce)
      }
      if (isLast) return
    }
  }
  const attend = (channel: Channel, work: (channel: Channel) => Promise<void>): void => {
    if (underWay.has(channel.id) || underWay.size >= atOnce) return
    underWay.set(channel.id, work(channel).then(() => {
      underWay.delete(channel.id)
      wake()
    }, (error: unknown) => {
      underWay.delete(channel.id)
      if (signal.aborted) return
      onTrouble(error, `messages of the channel ${channel.id} could not be seen to; they are tried again`)
      rest(repairMs)
    }))
  }
  const look = async (): Promise<void> => {
    do {
      isAsked = false
      let soonest = longestRest
      for (const { channel, dueInMs } of await channels.waiting()) {
        if (dueInMs <= 0) attend(channel, sendAll)
        else soonest = Math.min(soonest, dueInMs)
      }
      for (const channel of await channels.all()) {
        if (channel.kind !== 'ALERTMANAGER' || !channel.isEnabled) continue
        const due = (resentAt.get(channel.id) ?? now()) + resendMs - now()
        if (due > 0) soonest = Math.min(soonest, due)
        else attend(channel, resend)
        if (due <= 0 || !resentAt.has(channel.id)) resentAt.set(channel.id, now())
      }
      rest(soonest)
    } while (isAsked && !isClosing)
  }
  const rest = (ms: number): void => {
    clearTimeout(timer)
    if (!isClosing) timer = setTimeout(wake, ms).unref()
  }
  const wake = (): void => {
    isAsked = true
    if (isClosing) return
    looking ??= look().catch((error: unknown) => {
      if (signal.aborted) return
      onTrouble(error, 'messages that wait could not be looked up; it is tried again')
      isAsked = false
      rest(repairMs)
    }).finally(() => {
      looking = undefined
      if (isAsked) wake() // between its end and this
    })
  }
  wake()
  return {
    wake,
    async close() {
      isClosing = true
      clearTimeout(timer)
      const late = setTimeout(() => { ending.abort() }, farewellMs)
      await Promise.all(underWay.values())
      clearTimeout(late)
      ending.abort()
    },
  }
}
