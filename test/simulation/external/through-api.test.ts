import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../../support/app.ts'
import { ended, started, startSimulation } from '../../support/runs.ts'
import { hasPython } from './support.ts'

const day = { engine: 'pump-energy', of: ['pump-1'], over: ['feeds'], from: '2026-03-02T00:00:00Z', horizon: 'PT24H', step: 'PT1H', seed: 1 }

describe.skipIf(!hasPython)('A server with an engine in Python', () => {
  let town: TestApp
  beforeAll(async () => {
    const enginesFile = fileURLToPath(new URL('../../../examples/python-engine/engines.json', import.meta.url))
    town = await openTestApp({ demo: true, enginesFile, environment: { PATH: process.env['PATH'] } })
    const readings = [['2026-03-01T23:00:00Z', 55], ['2026-03-02T12:00:00Z', 0]].map(([at, value]) => ({ twin: 'pump-1', at, values: { flow: value } }))
    expect((await town.post('/ingest', JSON.stringify(readings), { 'content-type': 'application/json' })).body).toMatchObject({ accepted: 2 })
  }, 120_000)
  afterAll(() => town[Symbol.asyncDispose]())

  test('tells of it among its engines', async () => {
    const { engines } = await town.data('{ engines { id version determinism isolation } }')
    expect(engines).toContainEqual({ id: 'pump-energy', version: '1.0.0', determinism: 'BITWISE', isolation: 'PROCESS' })
  })

  test('runs it on what was measured, and its results are series of the same twins', async () => {
    const run = await ended(town, await started(town, day))
    expect(run).toMatchObject({ state: 'SUCCEEDED', failure: null })
    const power = (998.2 * 9.80665 * 0.055 * 60) / (0.78 * 0.94) / 1_000
    expect(run['kpis'].energy).toBeCloseTo(12 * power, 6)
    const { pump } = await town.data('query ($run: ID!) { pump(id: "pump-1") { power { readings(run: $run, first: 30) { edges { node { value } } } } } }', { run: run.id })
    const values = (pump.power.readings.edges as { readonly node: { readonly value: number } }[]).map(({ node }) => node.value)
    expect(values).toHaveLength(25)
    expect(values[0]).toBeCloseTo(power, 9)
    expect(values.slice(12)).toEqual(new Array(13).fill(0))
  })

  test('refuses what it cannot do, before it is run', async () => {
    expect(await startSimulation(town, { ...day, parameters: { wear: -1 } })).toMatchObject({ __typename: 'Invalid', problems: [{ code: 'OUT_OF_BOUNDS', path: ['input', 'parameters', 'wear'] }] })
    expect(await startSimulation(town, { ...day, of: ['tank-1'], over: [] })).toMatchObject({ __typename: 'Invalid', problems: [{ code: 'BAD_NETWORK' }] })
  })
})
