import { describe, expect, it } from 'vitest'
import { createDriftMonitor, type DriftMonitor, type Watched } from '../../../src/prediction/drift/drift-monitor.ts'
import { createRowChoice } from '../../../src/prediction/drift/row-choice.ts'
import type { FeatureRows } from '../../../src/prediction/features/bound-features.ts'
import { type NewReading, type SeriesKey, seriesKeyText } from '../../../src/telemetry/reading.ts'
import { feature, newCard } from '../catalogue/new-predictor.ts'

const hour = 3_600_000_000
const day = 24 * hour
const sample = Array.from({ length: 500 }, (_, at) => at / 500)
/** Evenly over [0, 1), in step with nothing. */
const usual = (index: number): number => (index * Math.SQRT2) % 1

const watched = (more: Partial<Watched> = {}): Watched => ({
  predictor: { id: 'leak;1', card: newCard({ features: [feature('level'), feature('flow')], reference: { flow: sample } }) },
  specs: [feature('level'), feature('flow')], kind: 'at', rows: undefined, isOfBase: true, ...more,
})

interface Row { readonly twin?: number; readonly at: number; readonly flow: number }
const toRows = (rows: readonly Row[]): FeatureRows => ({
  twins: Uint32Array.from(rows, ({ twin = 0 }) => twin), at: Float64Array.from(rows, ({ at }) => at), values: Float64Array.from(rows.flatMap(({ flow }) => [NaN, flow])), width: 2,
})
const hourly = (count: number, from: number, flow: (index: number) => number, twin = 0): readonly Row[] => Array.from({ length: count }, (_, index) => ({ twin, at: from + index * hour, flow: flow(index) }))

function opened(stored: NewReading[] = []): { readonly monitor: DriftMonitor; readonly stored: NewReading[]; readonly clock: { ms: number }; of(name: string): readonly (readonly [number, number])[] } {
  const clock = { ms: 0 }
  const append = (readings: readonly NewReading[]) => {
    stored.push(...readings)
    return Promise.resolve({ outcomes: readings.map(() => 'stored' as const), cursor: stored.length })
  }
  const latest = (series: readonly SeriesKey[]) => Promise.resolve(series.map((key) => {
    const last = stored.findLast(({ series: each }) => seriesKeyText(each) === seriesKeyText(key))
    return last && { ...last, receivedAt: last.at }
  }))
  return {
    monitor: createDriftMonitor({ readings: { append, latest }, now: () => clock.ms, clock: () => clock.ms * 1_000 }), stored, clock,
    of: (name) => stored.filter(({ series }) => series.name === name).map(({ at, value }) => [at, Number(value)]),
  }
}

describe('what runs of an instant tell', () => {
  it('is looked at together, once there is enough of it, at the instant of the newest row', async () => {
    const { monitor, of, stored } = opened()
    for (let run = 0; run < 10; run++) {
      const watch = monitor.begin(watched())
      await watch.observe(toRows(Array.from({ length: 50 }, (_, twin) => ({ twin, at: run * hour, flow: usual(run * 50 + twin) }))))
      await watch.end()
    }
    expect(of('numbers~flow')).toEqual([3, 4, 5, 6, 7, 8, 9].map((run) => [run * hour, (run + 1) * 50]))
    expect(stored[0]).toMatchObject({ series: { twin: 'predictor:leak;1', kind: 'float', source: 'DERIVED', run: null }, quality: 'GOOD' })
    expect(of('psi~flow').at(-1)?.[1]).toBeLessThan(0.02)
    expect(of('ks~flow').at(-1)?.[1]).toBeLessThan(0.02)
    expect(of('ks-p~flow').at(-1)?.[1]).toBeGreaterThan(0.99)
    expect(of('page-hinkley~flow').at(-1)?.[1]).toBeLessThan(10)
    expect(stored.filter(({ series }) => series.name.endsWith('~level'))).toEqual([])
  })

  it('forgets what is long ago, so that a drift shows and goes', async () => {
    const { monitor, of } = opened()
    const tell = async (from: number, flow: (index: number) => number): Promise<void> => {
      const watch = monitor.begin(watched())
      await watch.observe(toRows(hourly(1_500, from, flow)))
      await watch.end()
    }
    await tell(0, usual)
    await tell(1_500 * hour, (index) => usual(index) + 0.5)
    await tell(3_000 * hour, usual)
    const [before, drifted, after] = of('psi~flow').map(([, value]) => value)
    expect(before).toBeLessThan(0.02)
    expect(drifted).toBeGreaterThan(0.5)
    expect(after).toBeLessThan(0.02)
    expect(of('ks~flow')[1]?.[1]).toBeCloseTo(0.5, 1)
    expect(of('page-hinkley~flow')[1]?.[1]).toBeGreaterThan(100)
  })

  it('goes on after a restart with how far the mean had moved, up or down, and is over when it has come back', async () => {
    for (const shift of [0.6, -0.6]) {
      const first = opened()
      const tell = async ({ monitor, of }: ReturnType<typeof opened>, from: number, flow: (index: number) => number): Promise<number> => {
        const watch = monitor.begin(watched())
        await watch.observe(toRows(hourly(300, from, flow)))
        await watch.end()
        return of('page-hinkley~flow').at(-1)?.[1] ?? NaN
      }
      const moved = await tell(first, 0, (index) => usual(index) + shift)
      expect(moved).toBeGreaterThan(100)
      const next = opened(first.stored)
      expect(await tell(next, 300 * hour, (index) => usual(index) + shift)).toBeGreaterThan(moved)
      let [left, from] = [Infinity, 600]
      for (; left > 10 && from < 60_000; from += 300) left = await tell(next, from * hour, usual)
      expect(left).toBeLessThanOrEqual(10)
    }
  })

  it('counts where the instant is near: what is asked of long ago is not what there is now', async () => {
    const { monitor, stored, clock } = opened()
    clock.ms = 30 * day / 1_000
    const watch = monitor.begin(watched())
    await watch.observe(toRows(Array.from({ length: 500 }, (_, twin) => ({ twin, at: 2 * day, flow: 40 }))))
    await watch.end()
    expect(stored).toEqual([])
    await watch.observe(toRows(Array.from({ length: 500 }, (_, twin) => ({ twin, at: 30 * day - hour, flow: usual(twin) }))))
    await watch.end()
    expect(stored.find(({ series }) => series.name === 'numbers~flow')?.value).toBe(500)
  })

  it('says nothing where a card has no reference, or where what is predicted is not of the base', async () => {
    const { monitor, stored } = opened()
    for (const each of [watched({ isOfBase: false }), watched({ predictor: { id: 'leak;1', card: newCard({ reference: {} }) } })]) {
      const watch = monitor.begin(each)
      await watch.observe(toRows(hourly(500, 0, usual)))
      await watch.end()
    }
    expect(stored).toEqual([])
  })
})

describe('what a stream tells', () => {
  it('that comes while something is stored is measured next', async () => {
    const [stored, gates]: [NewReading[], (() => void)[]] = [[], []]
    const append = async (readings: readonly NewReading[]) => {
      stored.push(...readings)
      await new Promise<void>((resolve) => { gates.push(resolve) })
      return { outcomes: readings.map(() => 'stored' as const), cursor: stored.length }
    }
    const monitor = createDriftMonitor({ readings: { append, latest: (series) => Promise.resolve(series.map(() => undefined)) }, now: () => 0, clock: () => 0 })
    const rowsOf = (from: number): FeatureRows => toRows(Array.from({ length: 300 }, (_, twin) => ({ twin, at: from, flow: usual(twin) })))
    const [one, other] = [monitor.begin(watched({ kind: 'stream' })), monitor.begin(watched({ kind: 'stream' }))]
    const first = one.observe(rowsOf(0))
    await expect.poll(() => gates.length).toBe(1)
    await other.observe(rowsOf(hour)) // it was measured a moment ago
    gates[0]?.()
    await first
    const last = other.end()
    await expect.poll(() => gates.length).toBe(2)
    gates[1]?.()
    await last
    expect(stored.flatMap(({ series, value }) => (series.name === 'numbers~flow' ? [value] : []))).toEqual([300, 600])
  })

  it('is measured every five minutes', async () => {
    const { monitor, of, clock } = opened()
    const watch = monitor.begin(watched({ kind: 'stream' }))
    for (let second = 0; second < 300; second++) {
      clock.ms = second * 5_000
      await watch.observe(toRows([0, 1, 2, 3].map((twin) => ({ twin, at: second * 1_000_000, flow: usual(second * 4 + twin) }))))
    }
    expect(of('numbers~flow').map(([at]) => at / 1_000_000)).toEqual([60, 120, 180, 240])
    await watch.end()
    expect(of('numbers~flow').at(-1)?.[0]).toBe(299_000_000)
  })
})

describe('what a run over a range tells', () => {
  it('is of all twins of each day, though rows come twin by twin', async () => {
    const { monitor, of } = opened()
    const [days, twins] = [20, 12]
    const watch = monitor.begin(watched({ kind: 'range', rows: days * twins * 24 }))
    // each twin by itself is nothing like the reference, which is of all
    for (let twin = 0; twin < twins; twin++) await watch.observe(toRows(hourly(days * 24, 0, (index) => (twin + usual(index)) / twins + (index >= 10 * 24 ? 0.5 : 0), twin)))
    expect(of('psi~flow')).toEqual([])
    await watch.end()
    const found = of('psi~flow')
    expect(found.map(([at]) => at)).toEqual(Array.from({ length: days }, (_, index) => index * day + 23 * hour))
    expect(found.slice(0, 10).every(([, psi]) => psi < 0.1)).toBe(true)
    expect(found.slice(10).every(([, psi]) => psi > 0.5)).toBe(true)
  })

  it('takes days together that have few rows, and longer stretches where there are many days', async () => {
    const few = opened()
    const sparse = few.monitor.begin(watched({ kind: 'range', rows: 30 * 24 }))
    await sparse.observe(toRows(hourly(30 * 24, 0, usual)))
    await sparse.end()
    expect(few.of('numbers~flow')).toHaveLength(22)
    expect(few.of('numbers~flow').every(([, numbers]) => numbers >= 200 && numbers < 224)).toBe(true)

    const many = opened()
    const long = many.monitor.begin(watched({ kind: 'range', rows: 5_000 }))
    await long.observe(toRows(Array.from({ length: 5_000 }, (_, index) => ({ at: index * day, flow: usual(index) }))))
    await long.end()
    expect(many.of('numbers~flow').length).toBeGreaterThan(150)
    expect(many.of('numbers~flow').length).toBeLessThanOrEqual(400)
    expect(many.of('psi~flow').every(([, psi]) => psi < 0.1)).toBe(true)
  })

  it('leaves what is told of the present alone', async () => {
    const { monitor, of } = opened()
    const range = monitor.begin(watched({ kind: 'range', rows: 480 }))
    await range.observe(toRows(hourly(480, 0, () => 40)))
    await range.end()
    const present = monitor.begin(watched())
    await present.observe(toRows(hourly(400, 1_000 * hour, usual)))
    await present.end()
    expect(of('psi~flow').at(-1)?.[1]).toBeLessThan(0.05)
  })
})

describe('the rows that are looked at', () => {
  it('are all, or an even share in step with no season', () => {
    expect(createRowChoice(300, 2)(300)).toHaveLength(300)
    const choose = createRowChoice(240_000, 2)
    const chosen = Array.from({ length: 60 }, (_, portion) => choose(4_000).map((row) => portion * 4_000 + row)).flat()
    expect(Math.abs(chosen.length - 10_000)).toBeLessThan(20)
    const byHour = Map.groupBy(chosen, (row) => row % 24)
    expect([...byHour.values()].every(({ length }) => Math.abs(length - chosen.length / 24) < 10)).toBe(true)
    expect(createRowChoice(undefined, 500)(100_000).length).toBeLessThan(1_010)
  })
})
