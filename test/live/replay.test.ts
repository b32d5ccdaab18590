import fc from 'fast-check'
import { print, type FieldNode, type OperationDefinitionNode, parse } from 'graphql'
import { expect, test } from 'vitest'
import type { Command } from '../../src/twin/command.ts'
import { selections, sorts, wheres } from '../domain/arbitraries.ts'
import type { Where } from '../domain/brute-force.ts'
import { type Kind, plantModels } from '../domain/plant.ts'
import { literal, queryText, rootField } from '../domain/query-text.ts'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'
import { openLive, type TestLive } from '../support/live.ts'
import { by, submit } from '../support/twins.ts'
import { plantCommand } from './plant-commands.ts'

interface Asked {
  /** Picks the scenario that it is asked of, or the base. */
  readonly place: number
  readonly kind: Kind
  /** As written in the document. */
  readonly args: string
  readonly fields: string
}

const aScope = fc.record({ of: fc.subarray(['t0', 't1', 't2', 't3'], { minLength: 1 }), over: fc.constantFrom(['feeds'], ['feeds', 'partOf'], ['partOf', 'guards']), direction: fc.constantFrom('OUT', 'IN', 'BOTH'), maxDepth: fc.integer({ min: 1, max: 4 }) })
const scopeText = ({ of, over, direction, maxDepth }: { readonly of: readonly string[]; readonly over: readonly string[]; readonly direction: string; readonly maxDepth: number }): string =>
  `within: { of: ${JSON.stringify(of)}, over: ${JSON.stringify(over)}, direction: ${direction}, maxDepth: ${maxDepth} }`

/** Local filters and nested ones, selections that nest, windows and scopes. */
const asked: fc.Arbitrary<Asked> = fc.constantFrom<Kind>('Zone', 'Asset', 'Pump', 'Valve').chain((kind) => fc.record({
  place: fc.nat(5), where: fc.oneof(fc.constant<Where>({}), wheres(kind, 0), wheres(kind, 1), wheres(kind, 2)), selection: selections(kind, 2),
  window: fc.option(fc.tuple(sorts(kind), fc.integer({ min: 1, max: 3 })), { freq: 4 }), scope: fc.option(aScope, { freq: 4 }),
}).map(({ place, where, selection, window, scope }) => {
  const { text } = queryText({ where: {}, sort: [], limit: null, offset: null }, selection, false)
  const root = (parse(text).definitions[0] as OperationDefinitionNode).selectionSet.selections[0] as FieldNode
  const parts = [`where: ${literal(where)}`, ...(window ? [`sort: ${literal(window[0])}, limit: ${window[1]}`] : []), ...(scope ? [scopeText(scope)] : [])]
  return { place, kind, args: parts.join(', '), fields: root.selectionSet ? print(root.selectionSet) : '' }
}))

/** Where commands are done and queries are asked: in the base, which has no name, and in scenarios. */
type Places = readonly (string | undefined)[]
const placeOf = (places: Places, place: number): string | undefined => places[place % places.length]
const argsOf = ({ place, args }: Asked, places: Places): string => [args, ...[placeOf(places, place)].flatMap((id) => (id === undefined ? [] : [`scenario: "${id}"`]))].join(', ')

const subscription = (query: Asked, places: Places): string =>
  `subscription ($after: Cursor) { ${rootField[query.kind]}Live(${argsOf(query, places)}, atMostEvery: "PT0.01S", after: $after) { kind cursor id changed node ${query.fields} } }`

async function answerOf(app: TestApp, query: Asked, places: Places): Promise<ReadonlyMap<string, Data>> {
  const data = await app.data(`{ ${rootField[query.kind]}(${argsOf(query, places)}) ${query.fields} }`)
  return new Map((data[rootField[query.kind]] as readonly Data[]).map((node) => [String(node['_id']), node]))
}

const aCommand = fc.tuple(plantCommand, fc.nat(5))

async function doIn({ app: { services } }: TestApp, places: Places, [command, place]: readonly [Command, number]): Promise<void> {
  const id = placeOf(places, place)
  await submit(services.twins, command, by(null, { scenario: id === undefined ? undefined : await services.scenarios.find(id) }))
}

async function equals(live: TestLive, expected: ReadonlyMap<string, Data>, asks: string): Promise<void> {
  const isEqual = (): boolean => {
    try {
      expect(live.nodes).toEqual(expected)
      return true
    } catch {
      return false // not yet
    }
  }
  await live.until(isEqual, 8_000).catch(() => { expect(live.nodes, asks).toEqual(expected) })
}

async function openPlaces(app: TestApp, count: number): Promise<Places> {
  const [parent, child] = ['branch', 'twig']
  for (const more of ['', `, parent: "${parent}"`].slice(0, count - 1)) {
    const { createScenario: result } = await app.data(`mutation { createScenario(name: "what if", id: "${more === '' ? parent : child}"${more}) { __typename } }`)
    expect(result.__typename).toBe('CreateScenarioSuccess')
  }
  return [undefined, parent, child].slice(0, count)
}

const replays = (places: number, runs: number) => fc.assert(fc.asyncProperty(
  fc.array(aCommand, { minLength: 10, maxLength: 10 }),
  fc.array(fc.tuple(fc.array(aCommand, { minLength: 1, maxLength: 5 }), fc.nat(5)), { minLength: 5, maxLength: 8 }),
  fc.array(asked, { minLength: 6, maxLength: 6 }),
  async (first, rounds, queries) => {
    await using app = await openTestApp()
    await app.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: plantModels })
    const where = await openPlaces(app, places)
    for (const command of first) await doIn(app, where, command)
    const subscribers = await Promise.all(queries.map((query) => openLive(app.app, subscription(query, where))))
    const slow = await Promise.all(queries.map((query) => openLive(app.app, subscription(query, where))))
    for (const [commands, leaver] of rounds) {
      await Promise.all(commands.map((command) => doIn(app, where, command)))
      for (const [index, query] of queries.entries()) {
        const live = subscribers[index]
        if (live) await equals(live, await answerOf(app, query, where), subscription(query, where))
      }
      const [live, query] = [subscribers[leaver], queries[leaver]]
      const after = live?.deltas.findLast(({ kind }) => kind !== 'SNAPSHOT')?.cursor
      if (!live || !query || after === undefined) continue
      live.stream.close()
      subscribers[leaver] = await openLive(app.app, subscription(query, where), { after }, live.nodes)
    }
    for (const [index, query] of queries.entries()) {
      const expected = await answerOf(app, query, where)
      const late = await openLive(app.app, subscription(query, where))
      for (const live of [subscribers[index], slow[index], late]) if (live) await equals(live, expected, subscription(query, where))
      for (const live of [...subscribers, ...slow, late]) {
        const cursors = live.deltas.map(({ cursor }) => cursor)
        expect(new Set(cursors).size).toBe(cursors.length)
      }
    }
  },
), { numRuns: Number(process.env['LIVE_RUNS'] ?? runs), endOnFailure: true })

test('replaying the deltas gives exactly the answer of the query, whatever changes; also to who comes late, comes back, or is slow', () => replays(1, 6), 200_000)

test('so it does in scenarios, and in scenarios of scenarios, which follow the base', () => replays(3, 2), 200_000)
