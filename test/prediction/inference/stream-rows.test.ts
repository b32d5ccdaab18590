import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupRows, pickRows, type WantedRows } from '../../../src/prediction/inference/group-rows.ts'
import { poolRows } from '../../../src/prediction/inference/pool-rows.ts'
import { findReaders, wantedRows } from '../../../src/prediction/inference/stream-readers.ts'
import type { FeatureRows } from '../../../src/prediction/features/bound-features.ts'
import type { SeriesKey } from '../../../src/telemetry/reading.ts'

const wanted = fc.array(fc.tuple(fc.nat(500), fc.uniqueArray(fc.nat(10_000), { minLength: 1, maxLength: 20 })), { maxLength: 200 })
  .map((pairs): WantedRows => new Map(pairs.map(([twin, at]) => [twin, at.toSorted((a, b) => a - b)])))
const rowsOf = (rows: WantedRows): readonly string[] => [...rows].flatMap(([twin, instants]) => instants.map((at) => `${twin} ${at}`)).sort()
const toRows = (pairs: readonly (readonly [twin: number, at: number])[]): FeatureRows => ({
  twins: Uint32Array.from(pairs, ([twin]) => twin), at: Float64Array.from(pairs, ([, at]) => at), values: Float64Array.from(pairs.flatMap(([twin, at]) => [twin + at / 2, at])), width: 2,
})
const shown = ({ twins, at, values, width }: FeatureRows): readonly string[] => Array.from(twins, (twin, row) => `${twin} ${at[row]} ${values.slice(row * width, (row + 1) * width).join()}`)

describe('rows of a stream', () => {
  it('are read in groups that hold each of them, and few that nobody wants', () => {
    fc.assert(fc.property(wanted, (rows) => {
      const groups = groupRows(rows)
      const read = groups.map(({ at, twins }) => pickRows(toRows(twins.flatMap((twin) => at.map((instant) => [twin, instant] as const))), rows))
      expect(read.flatMap(({ twins, at }) => Array.from(twins, (twin, row) => `${twin} ${at[row]}`)).sort()).toEqual(rowsOf(rows))
      const evaluated = groups.reduce((sum, { at, twins }) => sum + at.length * twins.length, 0)
      expect(evaluated).toBeLessThanOrEqual(4 * rowsOf(rows).length + 4_000 * groups.length)
    }))
  })

  it('take few readings of the store where each twin is measured at an instant of its own', () => {
    const rows: WantedRows = new Map(Array.from({ length: 5_000 }, (_, twin) => [twin, [twin * 1_000]]))
    expect(groupRows(rows).length).toBeLessThan(100)
  })

  it('are given to the model together, in their order, and never too many at once', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.array(fc.tuple(fc.nat(9), fc.nat(99)), { maxLength: 12 }), { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), async (portions, most) => {
      const batches: FeatureRows[] = []
      for await (const rows of poolRows((async function* () { for (const pairs of portions) yield toRows(pairs) })(), most)) batches.push(rows)
      expect(batches.flatMap(shown)).toEqual(portions.flatMap((pairs) => shown(toRows(pairs))))
      for (const { twins } of batches) expect(twins.length).toBeLessThanOrEqual(most)
    }))
  })

  const key = (twin: string, name: string, source: SeriesKey['source'] = 'MEASURED'): SeriesKey => ({ twin, name, kind: 'float', source, run: null })
  const features = {
    specs: [], series: [key('p1', 'flow'), key('p2', 'flow'), key('p1', 'score@leak', 'PREDICTED'), key('p1', 'score@other', 'PREDICTED')].map((each) => ({ key: each, affine: undefined, encode: undefined })),
    twins: [
      { twin: 'p1', features: [{ kind: 'telemetry', series: [0], minus: [] }, { kind: 'telemetry', series: [0, 2, 3], minus: [] }, { kind: 'calendar' }] },
      { twin: 'p2', features: [{ kind: 'telemetry', series: [0, 1], minus: [] }] },
    ],
  } as const
  const readersOf = findReaders({ features }, [{ twin: 'p1', name: 'score@leak' }])

  it('are those of twins whose features read what arrives, but for what the stream says itself', () => {
    expect([readersOf(key('p1', 'flow')), readersOf(key('p2', 'flow')), readersOf(key('p1', 'score@other', 'PREDICTED'))]).toEqual([[0, 1], [1], [0]])
    expect([readersOf(key('p1', 'score@leak', 'PREDICTED')), readersOf(key('p3', 'flow'))]).toEqual([[], []])
  })

  it('are asked for in portions, each instant of a twin once in a portion and by time', () => {
    const reading = (twin: string, at: number) => ({ series: key(twin, 'flow'), at, value: 1, quality: 'GOOD', origin: null, sequence: null, receivedAt: 9 } as const)
    const readings = [reading('p1', 30), reading('p1', 10), reading('p1', 30), reading('p2', 20), reading('p3', 1)]
    expect([...wantedRows(readings, readersOf, 100)]).toEqual([new Map([[0, [10, 30]], [1, [10, 20, 30]]])])
    expect([...wantedRows(readings, readersOf, 1)].length).toBe(4)
  })
})
