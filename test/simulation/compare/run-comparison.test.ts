import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDuckdbTelemetryStore } from '../../../src/adapters/duckdb/telemetry-store.ts'
import { createNeo4jRunStore } from '../../../src/adapters/neo4j/run-store.ts'
import type { NewRun, RunStore, SweepMember } from '../../../src/run/run-store.ts'
import type { Kpis } from '../../../src/simulation/engine-program.ts'
import type { OutputSeries } from '../../../src/simulation/engine.ts'
import { createRunComparison, type CompareOptions } from '../../../src/simulation/compare/run-comparison.ts'
import { resultKey } from '../../../src/simulation/result-series.ts'
import type { TelemetryStore } from '../../../src/telemetry/telemetry-store.ts'
import { created, halfWay, newRun } from '../../run/new-run.ts'
import { storedTenant, testDatabase } from '../../support/neo4j.ts'

let runs: RunStore
let telemetry: TelemetryStore
let directory = ''
const outputs = new Map<string, readonly OutputSeries[]>()
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'twinfold-compare-'))
  telemetry = await createDuckdbTelemetryStore({ directory })
  runs = createNeo4jRunStore(testDatabase(), (await storedTenant('compare')).tenant)
})
afterAll(async () => {
  await telemetry[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

const minute = 60_000_000
const from = 1_780_000_000_000_000
const window = { from, horizon: 5_000 * minute, step: minute }
const series = (twin: string, name: string): OutputSeries => ({ twin, name, kind: 'float' })
const all: CompareOptions = { first: 100 }
const signal = new AbortController().signal

const comparison = (mostValues?: number) => createRunComparison({ runs, telemetry, outputs: async ({ id }) => outputs.get(id) ?? [], ...(mostValues !== undefined && { mostValues }) })

async function succeeded(kpis: Kpis, given: Partial<NewRun> = {}): Promise<string> {
  const { id } = given.kind ? newRun({ window, ...given }) : newRun({ window })
  await runs.create(newRun({ window, ...given, id }), created())
  await runs.claim(id, 'here', 60_000)
  await runs.begin(id, 'here')
  await runs.end(id, 'here', { kind: 'SUCCEEDED', resultHash: 'r' }, { progress: halfWay, results: { kpis, writes: [], detail: null } })
  return id
}

/** A run with series: by twin and name, the value at each minute. */
async function simulated(kpis: Kpis, values: readonly (readonly [OutputSeries, (minute: number) => number])[]): Promise<string> {
  const id = await succeeded(kpis)
  outputs.set(id, values.map(([output]) => output))
  for (const [output, of] of values) {
    await telemetry.append(Array.from({ length: 5_001 }, (_, i) => ({ series: resultKey(output, id), at: from + i * minute, value: of(i), quality: 'GOOD', origin: null, sequence: null })))
  }
  return id
}

const member = (index: number, kpis: Kpis | undefined, settings: SweepMember['settings'] = {}): SweepMember => ({ index, settings, seed: index, kpis, resultHash: undefined, failure: kpis ? undefined : { code: 'NO_CONVERGENCE', message: 'It does not converge.' } })

describe('Runs are compared', () => {
  it('by KPIs and by every series both have, those that differ most first, over pages of readings', async () => {
    const baseline = await simulated({ energy: 10 }, [
      [series('tank-1', 'level'), (i) => 3 + Math.sin(i / 100)], [series('tank-2', 'level'), (i) => 2 + Math.sin(i / 100)], [series('pump-1', 'motor.current'), () => 20], [series('pump-9', 'flow'), () => 1],
    ])
    const candidate = await simulated({ energy: 12 }, [
      [series('tank-2', 'level'), (i) => 2 + Math.sin(i / 100) + (i >= 4_000 ? 0.5 : 0)], [series('tank-1', 'level'), (i) => 3 + Math.sin(i / 100)], [series('pump-1', 'motor.current'), (i) => (i < 2_500 ? 20 : 0)],
    ])
    const compared = await comparison().compare(baseline, [candidate], all, signal)
    expect(compared).toMatchObject({ baseline, candidates: [{ run: candidate, seriesCount: 3, unpairedSeries: { baseline: 1, candidate: 0 }, members: null, kpis: [{ name: 'energy', difference: 2, relative: 0.2 }] }] })
    const [current, second, first] = compared.candidates[0]?.series ?? []
    expect(current).toMatchObject({ twin: 'pump-1', name: 'motor.current', n: 5_001, greatest: { at: from + 2_500 * minute, difference: -20 } })
    expect(second).toMatchObject({ twin: 'tank-2', name: 'level', n: 5_001, unpaired: { baseline: 0, candidate: 0 }, meanDifference: expect.closeTo(0.5 * 1_001 / 5_001, 9), rmse: expect.closeTo(0.5 * Math.sqrt(1_001 / 5_001), 9) })
    expect(first).toMatchObject({ twin: 'tank-1', rmse: 0, relevance: 0 })
    const page = await comparison().compare(baseline, [candidate], { first: 1, after: 1 }, signal)
    expect(page.candidates[0]).toMatchObject({ seriesCount: 3, series: [second] })
    const some = await comparison().compare(baseline, [candidate], { first: 9, twins: ['tank-1', 'pump-9'], names: ['level'] }, signal)
    expect(some.candidates[0]).toMatchObject({ seriesCount: 1, unpairedSeries: { baseline: 0, candidate: 0 }, series: [{ twin: 'tank-1' }] })
    await expect(comparison(10_000).compare(baseline, [candidate], all, signal)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('30006 values; at most 10000') })
  })

  it('sweeps member by member, with the interval of the mean difference, and those counted that have no partner', async () => {
    const [baseline, candidate] = [await succeeded({}, { kind: 'SWEEP' }), await succeeded({}, { kind: 'SWEEP' })]
    await runs.addMembers(baseline, [member(0, { energy: 10 }), member(1, { energy: 20 }), member(2, { energy: 30 }), member(3, undefined), member(4, { energy: 1 })])
    await runs.addMembers(candidate, [member(0, { energy: 11 }), member(1, { energy: 22 }), member(2, { energy: 33 }), member(3, { energy: 7 })])
    const compared = await comparison().compare(baseline, [candidate], all, signal)
    expect(compared.candidates[0]).toMatchObject({
      members: { n: 3, unpaired: { baseline: 1, candidate: 1 } }, series: [],
      kpis: [{ name: 'energy', n: 3, baseline: 20, candidate: 22, difference: 2, standardError: expect.closeTo(1 / Math.sqrt(3), 12), interval95: [expect.closeTo(2 - 4.302653 / Math.sqrt(3), 5), expect.closeTo(2 + 4.302653 / Math.sqrt(3), 5)] }],
    })
  })

  it('of sweeps only members whose settings are the same, as far as both have them; the others are counted', async () => {
    const [baseline, candidate, stranger] = [await succeeded({}, { kind: 'SWEEP' }), await succeeded({}, { kind: 'SWEEP' }), await succeeded({}, { kind: 'SWEEP' })]
    await runs.addMembers(baseline, [0.5, 1, 1.5].map((demand, index) => member(index, { energy: demand }, { demand })))
    await runs.addMembers(candidate, [1.5, 1 + 1e-15, 0.5].map((demand, index) => member(index, { energy: demand * 2 }, { demand, pump: 0.9 })))
    await runs.addMembers(stranger, [member(0, { energy: 1 }, { roughness: 1 })])
    const compared = await comparison().compare(baseline, [candidate], all, signal)
    expect(compared.candidates[0]).toMatchObject({ members: { n: 1, unpaired: { baseline: 2, candidate: 2 } }, kpis: [{ name: 'energy', n: 1, difference: expect.closeTo(1, 12) }] })
    await expect(comparison().compare(baseline, [stranger], all, signal)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('turns demand, and') })
  })

  it('never numbers of one unit with those of another', async () => {
    const inUnit = (unit: string | null) => ({ ...series('tank-1', 'level'), unit })
    const [metres, feet, again] = [await simulated({}, [[inUnit('metre'), () => 1]]), await simulated({}, [[inUnit('foot'), () => 3]]), await simulated({}, [[inUnit('metre'), () => 2]])]
    const compared = await comparison().compare(metres, [feet, again], all, signal)
    expect(compared.candidates[0]).toMatchObject({ series: [], seriesCount: 0, unpairedSeries: { baseline: 1, candidate: 1 } })
    expect(compared.candidates[1]).toMatchObject({ series: [{ twin: 'tank-1', meanDifference: 1 }], unpairedSeries: { baseline: 0, candidate: 0 } })
  })

  it('only when there is something to compare, else told what is wrong', async () => {
    const done = await succeeded({})
    const waiting = newRun({ window })
    await runs.create(waiting, created())
    const refused = async (candidate: string, options = all) => await comparison().compare(done, [candidate], options, signal).catch((error: unknown) => error)
    expect(await refused('nobody')).toMatchObject({ code: 'BAD_USER_INPUT', message: 'There is no run "nobody".' })
    expect(await refused(waiting.id)).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('is QUEUED') })
    expect(await refused(await succeeded({}, { kind: 'SWEEP' }))).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('runs of one kind') })
    expect(await refused(await succeeded({}, { kind: 'CALIBRATION' }))).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('calibration') })
    expect(await refused(done, { first: 1e9 })).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('first is from 0 to 1000') })
  })

  it('no longer than somebody waits for it', async () => {
    const done = await succeeded({})
    await expect(comparison().compare(done, [done], all, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
  })
})
