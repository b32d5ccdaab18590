import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lastStamp } from '../world/stamps.ts'
import { openWorks, type Works } from './works.ts'

let works: Works
beforeAll(async () => { works = await openWorks(2) })
afterAll(() => works[Symbol.asyncDispose]())

const rollup = async (of: string, where: string): Promise<unknown> => (await works.data(`{ rollup(of: ["${of}"], over: ["feeds"], series: "flow", last: "PT1H", every: "PT1H", aggregate: SUM, groupBy: MODEL${where}) { group twins } }`))['rollup']
const asOf = async (): Promise<string> => `, asOf: "${new Date(await lastStamp(works)).toISOString()}"`

describe('The twins of a roll-up', () => {
  it('are visited once each, however many ways lead to them, also in the past and in a scenario', async () => {
    const levels = 24 // 8 million ways
    const twins = Array.from({ length: levels }, (_, level) => ['left', 'right'].map((side) => ({
      id: `${side}-${level}`, model: 'dtmi:works:Pump;1', relationships: level + 1 < levels ? ['left', 'right'].map((to) => ({ name: 'feeds', to: `${to}-${level + 1}`, id: to })) : [],
    }))).flat()
    await works.data('mutation ($t: [TwinInput!]!) { createTwins(twins: $t) { __typename } }', { t: twins })
    await works.data('mutation { createScenario(name: "ladder", id: "ladder") { __typename } }')
    const all = [{ group: 'dtmi:works:Pump;1', twins: 2 * levels - 1 }]
    expect([await rollup('left-0', ''), await rollup('left-0', await asOf()), await rollup('left-0', ', scenario: "ladder"')]).toEqual([all, all, all])
  })

  it('have the models that they had', async () => {
    await works.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: [{ '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:works:Pump;2', '@type': 'Interface', extends: 'dtmi:works:Pump;1' }] })
    const before = await asOf()
    const { migrateTwins } = await works.data('mutation { migrateTwins(from: "dtmi:works:Pump;1", to: "dtmi:works:Pump;2") { __typename ... on Problem { message } } }')
    expect(migrateTwins).toEqual({ __typename: 'MigrateTwinsSuccess' })
    expect(await rollup('p1', await asOf())).toEqual([{ group: 'dtmi:works:Pump;2', twins: 2 }])
    expect(await rollup('p1', before)).toEqual([{ group: 'dtmi:works:Pump;1', twins: 2 }])
  })
})
