import { type Latencies, openLoop, summarise } from '../telemetry/loops.ts'
import type { Crowd } from './crowd.ts'
import { areaOf, groups, perGroup, pumpId, setStep } from './town.ts'

export interface DeltaLatency {
  readonly changesPerSecond: number
  readonly mutations: Latencies
  /** From when a change was to be sent to its delta, in ms: more than from the commit. */
  readonly deltas: Latencies
  readonly missing: number
}

const live = 'subscription ($area: String!) { pumpsLive(where: { area: { eq: $area } }, atMostEvery: "PT0.05S") { kind cursor id changed node { _id area step } } }'
const mark = '"kind":"CHANGE".*"step":(\\d+)'

/** As many different live queries as there are areas, each with a filter of its own, while pumps everywhere change. */
export async function measureDeltas(url: string, crowd: Crowd, { perSecond, seconds, firstStep }: { readonly perSecond: number; readonly seconds: number; readonly firstStep: number }): Promise<DeltaLatency> {
  await crowd.join(url, Array.from({ length: groups }, (_, group) => ({ query: live, variables: { area: areaOf(group) } })), mark)
  await crowd.received(groups * (perGroup + 1)) // the snapshot and its end
  const due = new Map<number, number>()
  let step = firstStep
  const start = performance.now()
  const mutations = await openLoop(perSecond, AbortSignal.timeout(seconds * 1_000), async () => {
    const own = ++step
    due.set(own, performance.timeOrigin + start + ((own - firstStep - 1) / perSecond) * 1_000)
    await setStep(url, pumpId(own % groups, Math.floor(own / groups) % perGroup), own)
  })
  await crowd.received(groups * (perGroup + 1) + due.size)
  const arrivals = await crowd.arrivals()
  await crowd.leave()
  const delays = [...due].flatMap(([own, at]) => { const arrived = arrivals[own]; return arrived === undefined ? [] : [arrived - at] })
  return { changesPerSecond: due.size / seconds, mutations, deltas: summarise(delays), missing: due.size - delays.length }
}
