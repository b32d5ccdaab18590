import fc from 'fast-check'
import { print, type FieldNode, type OperationDefinitionNode, parse } from 'graphql'
import { expect, test } from 'vitest'
import type { Command } from '../../src/twin/command.ts'
import type { Outcome, TwinService } from '../../src/twin/twin-service.ts'
import { selections, sorts, wheres } from '../domain/arbitraries.ts'
import type { Where } from '../domain/brute-force.ts'
import { type Kind, plantModels } from '../domain/plant.ts'
import { literal, queryText, rootField } from '../domain/query-text.ts'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'
import { openLive, type TestLive } from '../support/live.ts'
import { by } from '../support/twins.ts'
import { plantCommand } from './plant-commands.ts'

interface Asked {
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
  where: fc.oneof(fc.constant<Where>({}), wheres(kind, 0), wheres(kind, 1), wheres(kind, 2)), selection: selections(kind, 2),
  window: fc.option(fc.tuple(sorts(kind), fc.integer({ min: 1, max: 3 })), { freq: 4 }), scope: fc.option(aScope, { freq: 4 }),
}).map(({ where, selection, window, scope }) => {
  const { text } = queryText({ where: {}, sort: [], limit: null, offset: null }, selection, false)
  const root = (parse(text).definitions[0] as OperationDefinitionNode).selectionSet.selections[0] as FieldNode
  const parts = [`where: ${literal(where)}`, ...(window ? [`sort: ${literal(window[0])}, limit: ${window[1]}`] : []), ...(scope ? [scopeText(scope)] : [])]
  return { kind, args: parts.join(', '), fields: root.selectionSet ? print(root.selectionSet) : '' }
}))

const subscription = ({ kind, args, fields }: Asked): string => `subscription ($after: Cursor) { ${rootField[kind]}Live(${args}, atMostEvery: "PT0.01S", after: $after) { kind cursor id changed node ${fields} } }`

async function answerOf(app: TestApp, { kind, args, fields }: Asked): Promise<ReadonlyMap<string, Data>> {
  const data = await app.data(`{ ${rootField[kind]}(${args}) ${fields} }`)
  return new Map((data[rootField[kind]] as readonly Data[]).map((node) => [String(node['_id']), node]))
}

function submit(twins: TwinService, command: Command): Promise<Outcome> {
  switch (command.kind) {
    case 'createTwin': return twins.createTwins([command], by())
    case 'updateTwin': return twins.updateTwin(command, by())
    case 'deleteTwin': return twins.deleteTwins([command], by())
    case 'relate': return twins.relate([command], by())
    case 'updateRelationship': return twins.updateRelationship(command, by())
    case 'unrelate': return twins.unrelate([command], by())
  }
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

test('replaying the deltas gives exactly the answer of the query, whatever changes; also to who comes late, comes back, or is slow', async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(plantCommand, { minLength: 10, maxLength: 10 }),
    fc.array(fc.tuple(fc.array(plantCommand, { minLength: 1, maxLength: 5 }), fc.nat(5)), { minLength: 5, maxLength: 8 }),
    fc.array(asked, { minLength: 6, maxLength: 6 }),
    async (first, rounds, queries) => {
      await using app = await openTestApp()
      await app.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: plantModels })
      const { twins } = app.app.services
      for (const command of first) await submit(twins, command)
      const subscribers = await Promise.all(queries.map((query) => openLive(app.app, subscription(query))))
      const slow = await Promise.all(queries.map((query) => openLive(app.app, subscription(query))))
      for (const [commands, leaver] of rounds) {
        await Promise.all(commands.map((command) => submit(twins, command)))
        for (const [index, query] of queries.entries()) {
          const live = subscribers[index]
          if (live) await equals(live, await answerOf(app, query), subscription(query))
        }
        const [live, query] = [subscribers[leaver], queries[leaver]]
        const after = live?.deltas.findLast(({ kind }) => kind !== 'SNAPSHOT')?.cursor
        if (!live || !query || after === undefined) continue
        live.stream.close()
        subscribers[leaver] = await openLive(app.app, subscription(query), { after }, live.nodes)
      }
      for (const [index, query] of queries.entries()) {
        const expected = await answerOf(app, query)
        const late = await openLive(app.app, subscription(query))
        for (const live of [subscribers[index], slow[index], late]) if (live) await equals(live, expected, subscription(query))
        for (const live of [...subscribers, ...slow, late]) {
          const cursors = live.deltas.map(({ cursor }) => cursor)
          expect(new Set(cursors).size).toBe(cursors.length)
        }
      }
    },
  ), { numRuns: Number(process.env['LIVE_RUNS'] ?? 6), endOnFailure: true })
}, 200_000)
