import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLive } from '../support/live.ts'
import { at, openWorks, type Works } from '../telemetry/works.ts'

let works: Works
beforeAll(async () => {
  works = await openWorks(2)
  await works.send(['p1', 'p2'].map((twin) => ({ twin, at: at(1), values: { flow: 10 } })))
  await works.projected()
  await works.data('mutation { a: createScenario(name: "dry") { __typename } b: createScenario(name: "drier", parent: "dry") { __typename } c: createScenario(name: "aside") { __typename } }')
})
afterAll(() => works[Symbol.asyncDispose]())

const override = async (scenario: string, said: string, name = 'flow', twin = 'p1'): Promise<void> => {
  const answer = await works.data(`mutation { overrideTelemetry(scenario: "${scenario}", overrides: [{ twin: "${twin}", name: "${name}", ${said} }]) { __typename } }`)
  expect(answer).toEqual({ overrideTelemetry: { __typename: 'OverrideTelemetrySuccess' } })
}

test('a twin enters a live query of a scenario when an override makes its latest value fit, and leaves it when that is removed', async () => {
  for (const scenario of ['dry', 'drier']) {
    using live = await openLive(works.app, `subscription { pumpsLive(scenario: "${scenario}", where: { flow: { latest: { lt: 4 } } }, atMostEvery: "PT0.02S") { kind id cursor changed node { _id flow { latest { value } } } } }`)
    await live.caughtUp()
    expect([...live.nodes.keys()]).toEqual([])
    await override('dry', 'factor: 0.25')
    await live.until(() => live.nodes.get('p1')?.['flow'].latest.value === 2.5)
    await override('dry', 'constant: 3')
    await live.until(() => live.nodes.get('p1')?.['flow'].latest.value === 3)
    await override('dry', 'remove: true')
    await live.until(() => live.nodes.size === 0)
  }
})

test('what a live query of a scenario shows of telemetry follows its overrides: constants, factors, series and none; those of others are not its own', async () => {
  using live = await openLive(works.app, 'subscription { pumpsLive(scenario: "dry", atMostEvery: "PT0.02S") { kind id changed node { _id flow { latest { value } } motor { current { latest { value } } } } } }')
  await live.caughtUp()
  const shown = (id = 'p1'): unknown => live.nodes.get(id)?.['flow'].latest?.value as unknown
  expect([shown('p1'), shown('p2')]).toEqual([10, 10])
  await override('aside', 'constant: 77')
  await override('drier', 'constant: 78')
  await override('dry', 'constant: 3')
  await live.until(() => shown() === 3)
  await override('dry', 'constant: 6', 'motor.current')
  await live.until(() => live.nodes.get('p1')?.['motor'].current.latest?.value === 6)
  await override('dry', `series: [{ at: "${at(5)}", value: 8 }]`)
  await live.until(() => shown() === 8)
  await override('dry', 'remove: true')
  await live.until(() => shown() === 10)
  expect(live.deltas.flatMap(({ id, node }) => (id === 'p1' ? [node?.['flow'].latest?.value as unknown] : [])).filter((value) => Number(value) > 70)).toEqual([])
})
