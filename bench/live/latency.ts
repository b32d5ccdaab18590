import { type Latencies, summarise } from '../telemetry/loops.ts'
import { subscribeRaw } from './raw-subscriber.ts'
import { pumpId, setStep } from './town.ts'

export interface ChangeLatency {
  /** From sending a mutation to what its subscriber is told, in ms: more than from the commit. */
  readonly fromSending: Latencies
  /** From the mutation's answer, which follows the commit; zero where the subscriber is told first. */
  readonly fromAnswer: Latencies
}

const feed = 'subscription { changes { __typename ... on Change { cursor twinId properties { name after } } ... on CaughtUp { cursor } } }'
const lateMs = 10_000

/** One mutation after the other through one server, and a subscriber to the change feed of the same or another. */
export async function measureLatency(through: string, subscriberOf: string, rounds: number, firstStep: number): Promise<ChangeLatency> {
  let told: (text: string) => void = () => undefined
  const caughtUp = new Promise<void>((resolve) => { told = (text) => { if (text.includes('"CaughtUp"')) resolve() } })
  const subscriber = await subscribeRaw(subscriberOf, { query: feed }, (frame) => { told(frame.toString()) })
  await caughtUp
  const [fromSending, fromAnswer]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    const step = firstStep + round
    const heard = new Promise<number>((resolve, reject) => {
      const late = setTimeout(() => { reject(new Error(`Nobody was told of step ${step} within ${lateMs} ms.`)) }, lateMs)
      told = (text) => {
        if (!text.includes(`"after":${step}}`)) return
        clearTimeout(late)
        resolve(performance.now())
      }
    })
    const sent = performance.now()
    await setStep(through, pumpId(round % 100, 0), step)
    const answered = performance.now()
    const at = await heard
    fromSending.push(at - sent)
    fromAnswer.push(Math.max(0, at - answered))
  }
  subscriber.end()
  return { fromSending: summarise(fromSending), fromAnswer: summarise(fromAnswer) }
}
