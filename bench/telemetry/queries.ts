import { ask } from '../reads.ts'
import { fleet, sensorId, siteId } from './fleet.ts'
import { type Latencies, summarise } from './loops.ts'
import { minuteText } from './traffic.ts'

export interface QueryFigures {
  readonly name: string
  /** In ms; undefined where the issue sets none. */
  readonly target: string
  readonly latencies: Latencies
  /** What the answers held, so that an empty one is seen. */
  readonly answer: string
}

interface QueryCase {
  readonly name: string
  readonly target: string
  readonly rounds: number
  /** `n` is the number of the call: other series each time. */
  readonly variables: (n: number) => Readonly<Record<string, unknown>>
  readonly query: string
  /** How much came back, of the answer's data. Throws where it is less than was asked for. */
  readonly size: (data: never) => string
}

const anyOf = (n: number, count: number): readonly string[] => Array.from({ length: count }, (_, index) => sensorId((n * 7_919 + index * 97) % fleet.sensors))

/** Over the loaded minutes, `[0, minutes)`. */
const queryCases = (minutes: number): readonly QueryCase[] => {
  const to = minuteText(minutes)
  const dayFrom = minuteText(Math.max(0, minutes - 1_440))
  const weekFrom = minuteText(Math.max(0, minutes - 7 * 1_440))
  const days = (from: number): string => `${(Math.min(minutes, from) / 1_440).toFixed(1)} d`
  return [
    {
      name: 'latest of 10,000', target: '≤ 60 p50', rounds: 30, query: '{ sensors(limit: 10000) { _id flow { latest { value at } } } }', variables: () => ({}),
      size: ({ sensors }: { sensors: readonly { flow: { latest: unknown } }[] }) => sized(sensors.filter(({ flow }) => flow.latest !== null).length, fleet.sensors, 'values'),
    },
    {
      name: `one series, ${days(7 * 1_440)}, 500 buckets`, target: '≤ 20 p95', rounds: 200, variables: (n) => ({ id: sensorId((n * 7_919) % fleet.sensors), from: weekFrom, to }),
      query: 'query($id: ID!, $from: DateTime!, $to: DateTime!) { sensor(id: $id) { flow { buckets(from: $from, to: $to, points: 500) { from mean min max } } } }',
      size: ({ sensor }: { sensor: { flow: { buckets: readonly unknown[] } } }) => sized(sensor.flow.buckets.length, Math.min(500, minutes), 'buckets'),
    },
    {
      name: `100 series, ${days(1_440)}, hourly`, target: '≤ 80 p50', rounds: 50, variables: (n) => ({ ids: anyOf(n, 100), from: dayFrom, to }),
      query: 'query($ids: [ID!]!, $from: DateTime!, $to: DateTime!) { sensors(where: { _id: { in: $ids } }, limit: 100) { _id flow { buckets(from: $from, to: $to, every: "PT1H") { from mean min max } } } }',
      size: ({ sensors }: { sensors: readonly { flow: { buckets: readonly unknown[] } }[] }) => sized(sensors.reduce((sum, { flow }) => sum + flow.buckets.length, 0), 100 * Math.floor(Math.min(minutes, 1_440) / 60), 'buckets'),
    },
    {
      name: `roll-up of a site's 1,000 series, ${days(1_440)}, hourly`, target: '≤ 400 p50', rounds: 30, variables: (n) => ({ site: siteId(n % 10), from: dayFrom, to }),
      query: 'query($site: ID!, $from: DateTime!, $to: DateTime!) { rollup(of: [$site], over: ["contains"], series: "flow", from: $from, to: $to, every: "PT1H", aggregate: MEAN) { twins buckets { from value } } }',
      size: ({ rollup: [row] }: { rollup: readonly { twins: number; buckets: readonly unknown[] }[] }) => sized(row?.twins ?? 0, 1_000, 'series') + `, ${row?.buckets.length ?? 0} buckets`,
    },
    {
      name: `roll-up of a site's 1,000 series, all ${days(Infinity)}, hourly`, target: '', rounds: 10, variables: (n) => ({ site: siteId(n % 10), from: minuteText(0), to }),
      query: 'query($site: ID!, $from: DateTime!, $to: DateTime!) { rollup(of: [$site], over: ["contains"], series: "flow", from: $from, to: $to, every: "PT1H", aggregate: MEAN) { twins buckets { from value } } }',
      size: ({ rollup: [row] }: { rollup: readonly { twins: number; buckets: readonly unknown[] }[] }) => sized(row?.twins ?? 0, 1_000, 'series') + `, ${row?.buckets.length ?? 0} buckets`,
    },
  ]
}

function sized(count: number, least: number, of: string): string {
  if (count < least) throw new Error(`An answer held ${count} ${of}, not ${least}.`)
  return `${count} ${of}`
}

/** One at a time, as a user's page would ask. */
export async function measureQueries(url: string, minutes: number): Promise<readonly QueryFigures[]> {
  const figures: QueryFigures[] = []
  for (const { name, target, rounds, query, variables, size } of queryCases(minutes)) {
    const samples: number[] = []
    let answer = ''
    for (let n = 0; n < rounds + 5; n++) {
      const start = performance.now()
      const data = await ask(url, query, variables(n))
      if (n >= 5) samples.push(performance.now() - start) // before: plans, compiled statements, JIT
      answer = size(data as never)
    }
    figures.push({ name, target, latencies: summarise(samples), answer })
  }
  return figures
}
