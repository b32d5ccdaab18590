import { ask } from '../reads.ts'

/** Where one question is asked: a server, and from where it looks. `variables`: of the `n`-th call. */
export interface Place {
  readonly url: string
  readonly variables?: (n: number) => Readonly<Record<string, unknown>>
}

/** One question, asked in several places; `variables`: of the `n`-th call, the same in all. */
export interface Question {
  readonly name: string
  readonly query: string
  readonly variables: (n: number) => Readonly<Record<string, unknown>>
}

/** In ms; `items`: of the answers, on average. */
export interface Timing {
  readonly p50: number
  readonly p95: number
  readonly items: number
}

/**
 * One call at a time, in turns, so that noise of the machine meets all alike; each place is first as often as any other. Answers without anything in them are refused:
 * they would be measured for nothing.
 */
export async function timeInTurns(question: Question, places: Readonly<Record<string, Place>>, rounds: number, warmUp = 12): Promise<Readonly<Record<string, Timing>>> {
  const names = Object.keys(places)
  const samples = new Map(names.map((name) => [name, { times: [] as number[], items: 0 }]))
  for (let n = 0; n < rounds + warmUp; n++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(n + turn) % names.length] ?? ''
      const [place, sample] = [places[name], samples.get(name)]
      if (!place || !sample) continue
      const variables = { ...question.variables(n), ...place.variables?.(n) }
      const start = performance.now()
      const answer = await ask(place.url, question.query, variables)
      const took = performance.now() - start
      const items = countItems(answer)
      if (n < warmUp) continue
      sample.times.push(took)
      sample.items += items
    }
  }
  return Object.fromEntries([...samples].map(([name, { times, items }]) => {
    if (items < rounds / 2) throw new Error(`${question.name}, ${name}: ${items} twins in ${rounds} answers: the question was asked wrongly.`)
    return [name, { p50: quantile(times, 0.5), p95: quantile(times, 0.95), items: items / rounds }]
  }))
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Objects that are twins: they have an `_id`. */
function countItems(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countItems(item), 0)
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((sum: number, item) => sum + countItems(item), '_id' in value ? 1 : 0)
}

/** mulberry32: small, and the same numbers everywhere; from 0 to 1. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
