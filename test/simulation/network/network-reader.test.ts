import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createNeo4jNetworkReader } from '../../../src/adapters/neo4j/network-reader.ts'
import { decodeCursor } from '../../../src/change/cursor.ts'
import { presentVantage, type VantageArguments } from '../../../src/domain/vantage.ts'
import type { Network, NetworkReader, NetworkRelationship, NetworkTwin } from '../../../src/simulation/network.ts'
import type { Command, Relate } from '../../../src/twin/command.ts'
import { plantModels } from '../../domain/plant.ts'
import { plantCommand } from '../../live/plant-commands.ts'
import { type Data, openTestApp, type TestApp } from '../../support/app.ts'
import { by, link, newTwin, patch, submit } from '../../support/twins.ts'
import { lastStamp } from '../../world/stamps.ts'

let plant: TestApp
let reader: NetworkReader

beforeAll(async () => {
  plant = await openTestApp()
  await plant.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: plantModels })
  reader = createNeo4jNetworkReader(plant.app.database, plant.app.config.tenant, () => plant.app.services.models.registry())
})
afterAll(async () => { await plant[Symbol.asyncDispose]() })

const all = ['feeds', 'partOf', 'guards']
const relate = (from: string, to: string, round: number): Relate => ({ kind: 'relate', from, name: 'feeds', to, id: `r${round}`, properties: {} })

const whole = `query ($asOf: DateTime, $scenario: ID) {
  twins(asOf: $asOf, scenario: $scenario, limit: 20) { _id _model _properties ... on Pump { motor { _properties } } _relationships(first: 1000) { edges { node { _id name properties from { _id } to { _id } } } } }
}`

/** The same by the plainest of ways: everything is asked for, and followed in memory. */
async function asked({ asOf = null, scenario = null }: VantageArguments, of: readonly string[], over: readonly string[]): Promise<{ readonly network: Network; readonly unknown: readonly string[] }> {
  const { twins } = await plant.data(whole, { asOf, scenario }) as { readonly twins: readonly Data[] }
  const edges = new Map<string, NetworkRelationship>()
  for (const twin of twins) {
    for (const { node } of twin['_relationships'].edges) {
      if (over.includes(node.name)) edges.set(`${node.from._id} ${node.name} ${node._id}`, { id: node._id, name: node.name, from: node.from._id, to: node.to._id, properties: node.properties })
    }
  }
  const there = new Set(twins.map((twin) => twin['_id'] as string))
  const reached = new Set(of.filter((id) => there.has(id)))
  for (const id of reached) for (const { from, to } of edges.values()) if (from === id || to === id) reached.add(from).add(to)
  const byKey = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number => (left < right ? -1 : 1)
  return {
    unknown: of.filter((id) => !there.has(id)),
    network: {
      twins: twins.filter((twin) => reached.has(twin['_id'])).sort((a, b) => (a['_id'] < b['_id'] ? -1 : 1))
        .map((twin): NetworkTwin => ({ id: twin['_id'], model: twin['_model'], properties: { ...twin['_properties'], ...(twin['motor'] && { motor: twin['motor']._properties }) } })),
      relationships: [...edges].sort(byKey).flatMap(([, edge]) => (reached.has(edge.from) ? [edge] : [])),
    },
  }
}

async function read(given: VantageArguments, of: readonly string[], over: readonly string[], most = 1_000): ReturnType<NetworkReader['read']> {
  return await reader.read({ of, over, most, vantage: await plant.app.services.vantages.find(given) })
}

async function clear(): Promise<void> {
  const { twins } = await plant.data('{ twins { _id } }')
  await plant.data('mutation ($ids: [ID!]!) { deleteTwins(ids: $ids, cascade: true) { __typename } }', { ids: (twins as readonly Data[]).map((twin) => twin['_id'] as string) })
}

async function createScenario(more: string): Promise<string> {
  const { createScenario: { scenario } } = await plant.data(`mutation { createScenario(name: "what if"${more}) { ... on CreateScenarioSuccess { scenario { id } } } }`)
  return scenario.id as string
}

async function doAll(commands: readonly Command[], scenario?: string): Promise<void> {
  const found = scenario === undefined ? undefined : await plant.app.services.scenarios.find(scenario)
  for (const command of commands) await submit(plant.app.services.twins, command, by(null, { scenario: found }))
}

describe('a network', () => {
  const commands = (most: number): fc.Arbitrary<Command[]> => fc.array(plantCommand, { minLength: 6, maxLength: most })
  const roots = fc.uniqueArray(fc.constantFrom('t0', 't1', 't2', 't3', 't9'), { minLength: 1, maxLength: 3 })
  const names = fc.subarray(all)

  test('is what queries answer of the same world: now, as of an instant, in scenarios within scenarios, on a fixed base', async () => {
    await fc.assert(fc.asyncProperty(commands(25), commands(12), commands(12), commands(8), fc.array(fc.tuple(roots, names), { minLength: 3, maxLength: 3 }), fc.boolean(), async (base, edits, nested, later, questions, isFixed) => {
      await clear()
      await doAll(base)
      const then = new Date(await lastStamp(plant)).toISOString()
      const parent = await createScenario(isFixed ? `, base: "${then}"` : '')
      await doAll(edits, parent)
      const child = await createScenario(`, parent: "${parent}"`)
      await doAll(nested, child)
      await doAll(later)
      const worlds: readonly VantageArguments[] = [{}, { asOf: then }, { scenario: parent }, { scenario: child }, { scenario: child, asOf: then }]
      for (const world of worlds) {
        for (const [of, over] of questions) {
          const { network, unknown } = await read(world, of, over)
          expect({ network, unknown }, JSON.stringify([world, of, over])).toEqual(await asked(world, of, over))
        }
      }
    }), { numRuns: Number(process.env['TWINFOLD_TEST_RUNS'] ?? 4), endOnFailure: true })
  }, 240_000)

  test('has the cursor of what is in it: of the present the last change, of an instant the last one until then', async () => {
    await clear()
    const first = await submit(plant.app.services.twins, newTwin('a', 'dtmi:plant:Asset;1', { name: 'first' }))
    const then = new Date(await lastStamp(plant)).toISOString()
    const second = await submit(plant.app.services.twins, patch('a', { name: 'second' }))
    if (!first.ok || !second.ok) throw new Error('One was refused.')
    const [now, past] = [await read({}, ['a'], all), await read({ asOf: then }, ['a'], all)]
    expect([now.cursor, now.network.twins[0]?.properties]).toEqual([decodeCursor(second.value.cursor), { name: 'second' }])
    expect(now.at).toBe(await lastStamp(plant))
    expect(past.at).toBe(Date.parse(then))
    expect([past.cursor, past.network.twins[0]?.properties]).toEqual([decodeCursor(first.value.cursor), { name: 'first' }])
  })

  test('is whole while others commit without a pause: what one mutation does is there altogether or not at all, and the cursor says which', async () => {
    await clear()
    await doAll(['a', 'b', 'c'].map((id) => newTwin(id, 'dtmi:plant:Asset;1')))
    const done = new AbortController()
    const commits: number[] = [] // places of the journal
    const writing = (async () => {
      for (let round = 0; !done.signal.aborted; round++) {
        const outcome = await plant.app.services.twins.relate([relate('a', 'b', round), relate('b', 'c', round), relate('c', 'a', round)], by())
        if (!outcome.ok) throw new Error(outcome.problem.message)
        commits.push(decodeCursor(outcome.value.cursor) ?? NaN)
      }
    })()
    const seen: Awaited<ReturnType<NetworkReader['read']>>[] = []
    while (seen.length < 25) seen.push(await read({}, ['a'], all))
    done.abort()
    await writing
    expect(commits.length).toBeGreaterThan(25)
    for (const { cursor, network: { relationships } } of seen) expect(relationships).toHaveLength(3 * commits.filter((seq) => seq <= cursor).length)
  }, 60_000)

  test('larger than it may be is refused, not cut', async () => {
    await clear()
    await doAll(['a', 'b', 'c'].map((id) => newTwin(id, 'dtmi:plant:Asset;1')))
    await doAll([link('a', 'feeds', 'b', '1'), link('c', 'feeds', 'b', '1')])
    expect((await read({}, ['a', 'c'], all, 3)).network.twins).toHaveLength(3)
    await expect(read({}, ['a'], all, 2)).rejects.toMatchObject({ code: 'LIST_TOO_LONG', message: expect.stringContaining('More than 2 twins') as string })
  })

  test('of a name that would be more than a name reads nothing else', async () => {
    await clear()
    await doAll([newTwin('a', 'dtmi:plant:Asset;1'), newTwin('b', 'dtmi:plant:Asset;1'), link('a', 'feeds', 'b', '1')])
    const { network } = await reader.read({ of: ['a'], over: ['x`|feeds*0..]-(y) //'], most: 10, vantage: presentVantage })
    expect(network).toEqual({ twins: [{ id: 'a', model: 'dtmi:plant:Asset;1', properties: {} }], relationships: [] })
  })
})
