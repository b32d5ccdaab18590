import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openTestApp, type TestApp } from '../support/app.ts'
import { whyIs } from './why.ts'

vi.setConfig({ testTimeout: 60_000 })

let town: TestApp
beforeAll(async () => {
  town = await openTestApp({ demo: true })
  await send([['2026-03-02T14:00:00Z', 41, 7], ['2026-03-02T14:05:00Z', 31.2, 8]])
}, 90_000)
afterAll(() => town[Symbol.asyncDispose]())

async function send(readings: readonly (readonly [at: string, value: number, sequence: number])[], origin = 'logger-4'): Promise<void> {
  const { ingest } = await town.data('mutation ($r: [ReadingInput!]!) { ingest(readings: $r) { ... on IngestSuccess { accepted quarantined } } }', { r: readings.map(([at, value, sequence]) => ({ twin: 'pump-1', at, values: { flow: value }, origin, sequence })) })
  expect(ingest).toEqual({ accepted: readings.length, quarantined: 0 })
}

describe('A measured reading', () => {
  it('is explained by who sent it, when, and with which number', async () => {
    const why = await whyIs(town, 'twin: "pump-1", series: "flow", at: "2026-03-02T14:09:00Z"')
    expect(why.value).toEqual({ twin: 'pump-1', property: null, series: 'flow', value: 31.2, unit: 'litrePerSecond', at: '2026-03-02T14:05:00.000Z', source: 'MEASURED', run: null })
    const [reading] = why.all
    expect(reading).toMatchObject({ __typename: 'LineageReading', depth: 0, value: 31.2, quality: 'GOOD', origin: 'logger-4', sequence: 8, replaced: [], hasMoreReplaced: false })
    expect(why.behind(reading?.id, 'SENT_BY')).toMatchObject([{ __typename: 'LineageOrigin', depth: 1, name: 'logger-4', sources: [] }])
    expect(why.truncated).toBeNull()
    expect(why.summary[0]).toMatch(/^flow of pump-1 was 31\.2 litre per second at 2026-03-02T14:05:00\.000Z: measured by logger-4, received at 20/)
  })

  it('that was corrected tells what it took the place of, and before the correction was known it is the other', async () => {
    const before = await whyIs(town, 'twin: "pump-1", series: "flow", at: "2026-03-02T14:00:00Z"')
    await send([['2026-03-02T14:00:00Z', 39, 9]], 'operator')
    const why = await whyIs(town, 'twin: "pump-1", series: "flow", at: "2026-03-02T14:00:00Z"')
    expect(why.all[0]).toMatchObject({ value: 39, origin: 'operator', replaced: [{ value: 41, origin: 'logger-4', sequence: 7, receivedAt: before.all[0]?.receivedAt }] })
    expect(why.summary[0]).toContain('in the place of 1 earlier value (41)')
  })
})

describe('A property', () => {
  it('is explained by the mutation that set it', async () => {
    await town.data('mutation { updatePipe(id: "pipe-1", properties: { roughness: 99 }) { __typename } }')
    const { pipe } = await town.data('{ pipe(id: "pipe-1") { _meta(property: "roughness") { setAt setBy cause cursor version } } }')
    const why = await whyIs(town, 'twin: "pipe-1", property: "roughness"')
    expect(why.value).toMatchObject({ twin: 'pipe-1', property: 'roughness', value: 99 })
    const { setAt, setBy, ...rest } = pipe._meta
    expect(why.behind(why.all[0]?.id, 'SET_BY')).toMatchObject([{ __typename: 'LineageSetting', at: setAt, actor: setBy, after: 99, scenario: null, ...rest }])
    expect(why.summary[1]).toMatch(/^roughness of pipe-1 was set: at 20.* local-administrator set it from [\d.]+ to 99 by updatePipe\.$/)
  })
})
