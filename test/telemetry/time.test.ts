import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Data } from '../support/app.ts'
import { openWorks, type Works } from './works.ts'

let works: Works
/** The twins are there, and the first reading is of now: nobody can look back to before that. In ms since 1970. */
let begun: number
beforeAll(async () => {
  works = await openWorks(4)
  begun = Date.now() + 5
  await works.send(Array.from({ length: 10 }, (_, index) => ({ twin: 'p1', at: instant(index), values: { flow: index } })))
  await passed(20)
})
afterAll(() => works[Symbol.asyncDispose]())

/** So many milliseconds after it began. */
const instant = (ms: number): string => `${new Date(begun + Math.floor(ms)).toISOString().slice(0, -1)}${String(Math.round((ms % 1) * 1_000)).padStart(3, '0')}Z`
const passed = (ms: number): Promise<void> => vi.waitFor(() => { expect(Date.now()).toBeGreaterThan(begun + ms) }, { timeout: 5_000, interval: 1 })
const series = async (id: string, name: string, fields: string, where: string): Promise<Data> => ((await works.data(`{ pump(id: "${id}", ${where}) { ${name} { ${fields} } } }`))['pump'] as Readonly<Record<string, Data>>)[name] as Data
const valuesOf = (page: { readonly edges: readonly { readonly node: { readonly value: number } }[] }): readonly number[] => page.edges.map(({ node }) => node.value)

describe('As of an instant, a series', () => {
  it('ends with the reading of that instant, whatever is asked of it', async () => {
    const { latest, freshness, readings, summary, shape } = await series('p1', 'flow', 'latest { at value } freshness { at eventLag } readings(last: "PT1S") { edges { node { value } } } summary { from count last } shape(last: "PT0.002S", points: 100) { value }', `asOf: "${instant(5)}"`)
    expect([latest, freshness]).toMatchObject([{ value: 5 }, { eventLag: 'PT0S' }])
    expect(valuesOf(readings)).toEqual([0, 1, 2, 3, 4, 5])
    expect(summary).toMatchObject({ count: 6, last: 5 })
    expect(shape).toEqual([{ value: 3 }, { value: 4 }, { value: 5 }])
    expect(await series('p1', 'flow', 'latest { value } summary { count }', `asOf: "${instant(5.999)}"`)).toEqual({ latest: { value: 5 }, summary: { count: 6 } })
    expect((await series('p1', 'flow', 'latest { value }', `asOf: "${instant(12)}"`))['latest']).toEqual({ value: 9 })
  })

  it('is cut into round buckets back from the instant, which has one of its own where it holds a reading', async () => {
    const counts = async (asOf: string, fill: string): Promise<readonly number[]> => (await series('p1', 'flow', `buckets(last: "PT0.004S", every: "PT0.002S", fill: ${fill}) { count }`, `asOf: "${asOf}"`))['buckets'].map(({ count }: { count: number }) => count) as number[]
    expect([await counts(instant(5), 'NONE'), await counts(instant(5.5), 'NONE'), await counts(instant(5.5), 'NULL'), await counts(instant(15), 'NULL')]).toEqual([[2, 2, 1], [2, 2], [2, 2], [0, 0]])
  })

  it('may be asked for up to a time of its own, of which nothing is seen behind the instant', async () => {
    const { readings, summary } = await series('p1', 'flow', `readings(from: "${instant(3)}", to: "${instant(8)}") { edges { node { value } } } summary(from: "${instant(3)}", to: "${instant(8)}") { count to }`, `asOf: "${instant(5)}"`)
    expect([valuesOf(readings), summary.count]).toEqual([[3, 4, 5], 3])
  })

  it('is what lists are filtered by', async () => {
    const found = async (asOf: string): Promise<unknown> => (await works.data(`{ pumps(where: { flow: { latest: { lt: 6 } } }, asOf: "${asOf}") { _id flow { latest { value } } } }`))['pumps']
    expect(await found(instant(5))).toEqual([{ _id: 'p1', flow: { latest: { value: 5 } } }])
    expect(await found(instant(6))).toEqual([])
  })
})

describe('What was known at an instant', () => {
  it('has neither what came late nor what corrected it', async () => {
    const received = async (value: number, at: string): Promise<string> => {
      await works.send([{ twin: 'p2', at, values: { temperature: value } }])
      const { readings } = await series('p2', 'temperature', 'readings { edges { node { value receivedAt } } }', 'knownAt: null')
      return readings.edges.find(({ node }: { node: { value: number } }) => node.value === value).node.receivedAt as string
    }
    const first = await received(20, instant(2))
    const corrected = await received(21, instant(2))
    const late = await received(15, instant(1))
    await passed(30)
    const known = async (knownAt: string): Promise<readonly unknown[]> => {
      const { readings, summary, latest } = await series('p2', 'temperature', 'readings { edges { node { value } } } summary { count min mean } latest { value }', `knownAt: "${knownAt}"`)
      return [valuesOf(readings), summary, latest.value]
    }
    expect(await known(first)).toEqual([[20], { count: 1, min: 20, mean: 20 }, 20])
    expect(await known(corrected)).toEqual([[21], { count: 1, min: 21, mean: 21 }, 21])
    expect(await known(late)).toEqual([[15, 21], { count: 2, min: 15, mean: 18 }, 21])
    expect(await series('p2', 'temperature', 'latest { value }', `asOf: "${instant(1)}", knownAt: "${first}"`)).toEqual({ latest: null })
  })
})

describe('A roll-up as of an instant', () => {
  const rollup = async (where: string): Promise<readonly { readonly group: string }[]> => (await works.data(`{ rollup(of: ["p1"], over: ["feeds"], series: "flow", from: "${instant(0)}", every: "PT1H", aggregate: SUM, groupBy: TWIN, ${where}) { group buckets { count value } } }`))['rollup']
  const twins = async (where: string): Promise<readonly string[]> => (await rollup(where)).map(({ group }) => group).sort()

  it('is over the twins that were reached then, deleted ones among them, and their readings up to then', async () => {
    await works.send([{ twin: 'p3', at: instant(4), values: { flow: 100 } }])
    await passed(40)
    const before = instant(40)
    await works.data('mutation { deleteTwins(ids: ["p2"], cascade: true) { __typename } }')
    expect(await twins(`asOf: "${before}"`)).toEqual(['p1', 'p2', 'p3', 'p4'])
    expect(await rollup(`asOf: "${instant(5)}"`)).toEqual(expect.arrayContaining([{ group: 'p1', buckets: [{ count: 6, value: 15 }] }, { group: 'p3', buckets: [{ count: 1, value: 100 }] }]))
    expect(await twins('asOf: null')).toEqual(['p1'])
  })
})
