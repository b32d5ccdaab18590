import { setTimeout as wait } from 'node:timers/promises'
import type { Served } from '../serve.ts'
import { residentMib } from '../telemetry/metric.ts'
import type { Crowd } from './crowd.ts'

export interface FanOut {
  readonly messagesPerSecond: number
  /** What a subscriber that is told nothing takes in the server, in KiB. */
  readonly kibPerSubscriber: number
}

const topic = 'subscription { changes { __typename ... on Change { cursor kind at recordedAt actor cause twinId modelId } ... on Gap { from to } ... on CaughtUp { cursor } } }'
const settleMs = 1_500

/** Subscribers of one topic. `publish` makes so many events; `greetings`: what each subscriber is told before the first. */
export async function measureFanOut(server: Served, crowd: Crowd, options: { readonly subscribers: number; readonly greetings: number; readonly rounds: number; readonly events: number; publish(round: number, count: number): Promise<unknown> }): Promise<FanOut> {
  const { subscribers, greetings, rounds, events, publish } = options
  const before = await residentMib(server.pid) ?? Number.NaN
  await crowd.join(server.url, Array.from({ length: subscribers }, () => ({ query: topic })))
  await crowd.received(greetings * subscribers)
  await wait(settleMs) // subscribed everywhere, and what joining left behind is collected
  const after = await residentMib(server.pid) ?? Number.NaN
  let count = greetings * subscribers
  const rates: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    count += events * subscribers
    const start = performance.timeOrigin + performance.now()
    const all = crowd.received(count)
    await publish(round, events)
    const { at, received } = await all
    if (received !== count) throw new Error(`${received} messages came in the place of ${count}.`)
    if (round > 0) rates.push((events * subscribers * 1_000) / (at - start)) // the first round warms up
  }
  await crowd.leave()
  return { messagesPerSecond: rates.sort((left, right) => left - right)[Math.floor(rates.length / 2)] ?? Number.NaN, kibPerSubscriber: ((after - before) * 1_024) / subscribers }
}
