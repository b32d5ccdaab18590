import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Journal, JournalEntry } from '../../src/change/journal.ts'
import { decodeLiveCursor } from '../../src/change/live/live-cursor.ts'
import { createLiveGroup, type LiveGroup } from '../../src/change/live/live-group.ts'
import type { Columns } from '../../src/change/live/live-plan.ts'
import { createLiveQueries } from '../../src/change/live/live-queries.ts'
import { createLiveSubscriber, type PayloadCache } from '../../src/change/live/live-subscriber.ts'
import { createJournalTail } from '../../src/change/tail.ts'
import { planOver, StrictClient } from './strict-client.ts'

const anId = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const aStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('change' as const), id: anId, size: fc.option(fc.nat(2), { freq: 4, nil: undefined }), name: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('doubt' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('join' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('take' as const), who: fc.nat(5), most: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reconnect' as const), who: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const) }) },
)

const subscriberOf = (group: LiveGroup, cache: PayloadCache): ReturnType<typeof createLiveSubscriber> => createLiveSubscriber(group, cache, { kind: 'snapshot', isReset: false }, () => undefined, () => undefined)

/** As whoever comes back to the process that knows him. */
function goOn(group: LiveGroup, cache: PayloadCache, after: string): ReturnType<typeof createLiveSubscriber> {
  const { n = 0, base = 0, isWhole = false } = decodeLiveCursor(after) ?? {}
  return createLiveSubscriber(group, cache, isWhole ? { kind: 'behind', n, base } : { kind: 'snapshot', isReset: true }, () => undefined, () => undefined)
}

const answerOf = (twins: ReadonlyMap<string, Columns>, of?: string): ReadonlyMap<string, Columns> =>
  new Map([...twins].filter(([, { size, name }]) => size !== undefined && (of === undefined || name === of)).map(([id, { size, name = null }]) => [id, { _id: id, size, name }]))

test('at whatever pace subscribers take, what they are told fits what they hold, and is the answer in the end', async () => {
  await fc.assert(fc.asyncProperty(fc.array(aStep, { minLength: 20, maxLength: 60 }), async (steps) => {
    const twins = new Map<string, Columns>()
    const group = createLiveGroup({ id: 'g', query: 'q', room: { taken: 0, most: 1_000 }, plan: planOver(twins), turn: (task) => task(), position: () => 0, onTrouble: (error) => { throw error } })
    const cache: PayloadCache = new WeakMap()
    const join = (): StrictClient => new StrictClient(subscriberOf(group, cache))
    const clients = [join()]
    for (const step of steps) {
      if (step.kind === 'change') {
        const columns: Columns = { _id: step.id, size: step.size, name: step.name }
        twins.set(step.id, columns)
        group.judged(step.id, columns)
      } else if (step.kind === 'doubt') group.doubt()
      else if (step.kind === 'join') clients.push(join())
      else if (step.kind === 'take') clients[step.who % clients.length]?.take(step.most)
      else if (step.kind === 'reconnect') clients[step.who % clients.length]?.reconnect((cursor) => goOn(group, cache, cursor))
      else await turn()
    }
    await group.settled()
    const expected = answerOf(twins)
    for (const client of clients) {
      client.take(1_000)
      expect(client.held).toEqual(expected)
    }
    group.end()
  }), { numRuns: 2_000 })
}, 60_000)

test('queries for certain values, and for any, hear of every change that concerns them, whenever they begin', async () => {
  const names = [undefined, 'x', 'y'] as const
  await fc.assert(fc.asyncProperty(fc.array(aStep, { minLength: 20, maxLength: 60 }), async (steps) => {
    const twins = new Map<string, Columns>()
    const entries: JournalEntry[] = []
    const journal: Journal = {
      read: (after, limit) => turn(entries.slice(after, after + limit)),
      ends: () => turn({ floor: 0, head: entries.length }),
    }
    const fail = (error: unknown): never => { throw error }
    await using tail = createJournalTail({ journal, onTrouble: fail })
    const telemetry = { onReadings: () => () => undefined, started: () => Promise.resolve(), onLatest: () => () => undefined }
    const columns = { read: (ids: readonly string[]) => turn(new Map(ids.flatMap((id) => { const found = twins.get(id); return found ? [[id, found] as const] : [] }))) }
    await using live = createLiveQueries({ journal, tail, telemetry, columns, onTrouble: fail })
    const clients: (readonly [string | undefined, StrictClient])[] = []
    const joining: Promise<void>[] = []
    const join = (name: string | undefined): void => {
      joining.push(live.subscribe({ key: name ?? '', query: 'q', compile: () => planOver(twins, name) }, () => undefined).then((stream) => { clients.push([name, new StrictClient(stream)]) }))
    }
    for (const name of names) join(name)
    for (const [index, step] of steps.entries()) {
      if (step.kind === 'change') {
        const { id, size, name } = step
        twins.set(id, { _id: id, size, name })
        entries.push({ seq: entries.length + 1, at: 0, op: twins.size > index % 7 ? 'update' : 'create', id, actor: 'tester', cause: 'test', patch: JSON.stringify({ size: 0, name: 0 }) })
        tail.wake()
      } else if (step.kind === 'join') join(names[index % names.length])
      else if (step.kind === 'take') clients[step.who % clients.length]?.[1].take(step.most)
      else if (step.kind === 'wait') await turn()
    }
    await Promise.all(joining)
    await live.settled()
    for (const [name, client] of clients) {
      client.take(1_000)
      expect(client.held).toEqual(answerOf(twins, name))
    }
  }), { numRuns: 300 })
}, 60_000)
