import { afterAll, beforeAll, expect, test } from 'vitest'
import { twins } from '../../../examples/water-town/town.ts'
import { createNeo4jNetworkReader } from '../../../src/adapters/neo4j/network-reader.ts'
import { presentVantage, type Vantage } from '../../../src/domain/vantage.ts'
import type { NetworkReader } from '../../../src/simulation/network.ts'
import { openTestApp, type TestApp } from '../../support/app.ts'

let app: TestApp
beforeAll(async () => { app = await openTestApp({ demo: true }) })
afterAll(() => app[Symbol.asyncDispose]())

const read = (vantage: Vantage, of = ['reservoir-1']): ReturnType<NetworkReader['read']> =>
  createNeo4jNetworkReader(app.app.database, app.app.config.tenant, () => app.app.services.models.registry()).read({ of, over: ['feeds'], vantage, most: 10_000 })

test('the water network of the demo town is all that water flows through, from whichever of its twins one begins', async () => {
  const town = twins()
  const pipes = town.flatMap(({ id, relationships }) => relationships.flatMap(({ name, to }) => (name === 'feeds' ? [[id, to] as const] : [])))
  const reached = new Set(['reservoir-1'])
  for (const id of reached) for (const [from, to] of pipes) if (from === id || to === id) reached.add(from).add(to)
  const { network, unknown } = await read(presentVantage)
  expect(unknown).toEqual([])
  expect(network.twins.map(({ id }) => id)).toEqual([...reached].sort())
  expect(network.relationships.map(({ from, to }) => `${from} ${to}`).sort()).toEqual(pipes.filter(([from]) => reached.has(from)).map((ends) => ends.join(' ')).sort())
  const given = new Map(town.map((twin) => [twin.id, twin]))
  for (const { id, model, properties } of network.twins) {
    expect(model).toBe(given.get(id)?.model)
    for (const [name, value] of Object.entries(given.get(id)?.properties ?? {})) expect(properties[name], `${id}.${name}`).toEqual(value)
    expect(Object.keys(properties).sort()).toEqual([...new Set([...Object.keys(given.get(id)?.properties ?? {}), ...Object.keys(given.get(id)?.components ?? {})])].sort())
  }
  for (const of of [['tank-1'], [...reached].slice(0, 40)]) expect((await read(presentVantage, of)).network).toEqual(network)
})

test('as of the day before yesterday it has the pipe that was replaced since', async () => {
  const now = (await read(presentVantage)).network.twins.map(({ id }) => id)
  const then = await app.app.services.vantages.find({ asOf: new Date(Date.now() - 2.5 * 86_400_000).toISOString() })
  const before = (await read(then)).network.twins.map(({ id }) => id)
  expect(before.filter((id) => !now.includes(id))).toHaveLength(1)
  expect(now.filter((id) => !before.includes(id)).length).toBeGreaterThan(0)
})
