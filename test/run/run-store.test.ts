import { beforeAll, describe, expect, it } from 'vitest'
import { createNeo4jRunStore } from '../../src/adapters/neo4j/run-store.ts'
import { createNeo4jRunTwins } from '../../src/adapters/neo4j/run-twins.ts'
import type { NewRun, RunCreated, RunStore } from '../../src/run/run-store.ts'
import type { Run, RunFailure } from '../../src/run/run.ts'
import { storedTenant, testDatabase } from '../support/neo4j.ts'
import { created, halfWay, newRun } from './new-run.ts'

const hour = 3_600_000
const crashed: RunFailure = { code: 'ENGINE_CRASHED', message: 'It crashed.', twin: 'pump-1', isRetryable: true }
const results = { kpis: { energy: 9 }, writes: ['pump-1', 'pipe-1', 'pump-1'], detail: { members: 3 } }
const noResults = { progress: halfWay, results: undefined }

let tenant = ''
let store: RunStore
beforeAll(async () => {
  tenant = (await storedTenant('runs')).tenant
  store = createNeo4jRunStore(testDatabase(), tenant)
})

const storeOfItsOwn = async (): Promise<RunStore> => createNeo4jRunStore(testDatabase(), (await storedTenant('runs')).tenant)
const runOf = (made: RunCreated): Run => {
  if (made.kind !== 'created' && made.kind !== 'known') throw new Error(`No run: ${made.kind}`)
  return made.run
}
const make = async (given: Partial<NewRun> = {}, of = store): Promise<Run> => runOf(await of.create(newRun(given), created()))
const found = async (id: string, of = store): Promise<Run | undefined> => (await of.find([id]))[0]

describe('a run in the store', () => {
  it('is found as it was created, in the order asked for', async () => {
    const given = newRun({ scenario: { id: 'dry', number: 4 }, repeats: 'other' })
    const made = await store.create(given, created())
    const { mostAttempts, reads, ...rest } = given
    expect(made).toMatchObject({ kind: 'created', seq: 0 })
    expect(runOf(made)).toEqual({
      ...rest, phase: { kind: 'QUEUED', dueAt: runOf(made).createdAt }, attempts: { made: 0, most: mostAttempts, last: undefined },
      progress: { fraction: 0, simulatedAt: undefined, position: undefined, values: 0, warnings: [], partial: {} }, results: undefined, createdAt: expect.any(Number), startedAt: undefined, finishedAt: undefined,
    })
    const other = await make()
    expect(await store.find([other.id, 'none', given.id])).toEqual([other, undefined, runOf(made)])
    expect((await createNeo4jRunTwins(testDatabase(), tenant).twins(given.id, { first: 10, after: undefined })).map(({ twin }) => twin)).toEqual(reads)
  })

  it('goes through its life and is whole at its end', async () => {
    const { id } = await make()
    expect((await store.claim(id, 'a', hour))?.phase).toMatchObject({ kind: 'BINDING', owner: 'a' })
    expect(await store.end(id, 'a', { kind: 'SUCCEEDED', resultHash: 'r' }, { progress: halfWay, results })).toBeUndefined()
    expect(await store.begin(id, 'b')).toBe(false)
    expect(await store.begin(id, 'a')).toBe(true)
    expect(await store.begin(id, 'a')).toBe(false)
    await store.report('a', new Map([[id, halfWay], ['none', halfWay]]))
    await store.report('b', new Map([[id, { ...halfWay, fraction: 0.9 }]]))
    expect(await found(id)).toMatchObject({ progress: halfWay, attempts: { made: 1 }, phase: { kind: 'RUNNING' } })
    const ended = await store.end(id, 'a', { kind: 'SUCCEEDED', resultHash: 'r' }, { progress: { ...halfWay, fraction: 1 }, results })
    expect(ended).toMatchObject({ phase: { kind: 'SUCCEEDED', resultHash: 'r' }, progress: { ...halfWay, fraction: 1 }, results })
    expect(ended?.startedAt).toBeGreaterThanOrEqual(ended?.createdAt ?? Infinity)
    expect(ended?.finishedAt).toBeGreaterThanOrEqual(ended?.startedAt ?? Infinity)
    expect(await found(id)).toEqual(ended)
    expect(await store.cancel(id, 'eve')).toEqual(ended)
    expect(await store.end(id, 'a', { kind: 'CANCELLED', by: 'eve' }, noResults)).toBeUndefined()
  })

  it('tells each way it can end', async () => {
    const ends = [{ kind: 'FAILED', failure: crashed }, { kind: 'FAILED', failure: { ...crashed, twin: undefined } }, { kind: 'CANCELLED', by: 'eve' }, { kind: 'TIMED_OUT', afterMs: 5_000 }] as const
    for (const end of ends) {
      const { id } = await make()
      await store.claim(id, 'a', hour)
      await store.end(id, 'a', end, noResults)
      expect((await found(id))?.phase).toEqual(end)
    }
  })

  it('has instants and states that the catalogue can filter by', async () => {
    const { id } = await make()
    await store.claim(id, 'a', hour)
    await store.report('a', new Map([[id, halfWay]]))
    const { row } = await testDatabase().read({
      text: `MATCH (r:_Run {_t: $t, id: $id}) RETURN [r.state, r.progress, toString(r.fromTime), toString(r.toTime), toString(r.simulatedTime),
        r.createdTime = datetime({epochMillis: r.createdAtMs}), r.startedTime >= r.createdTime, r.finishedTime IS NULL, r.tags, r.seed] AS row`,
      parameters: { t: tenant, id },
    })
    expect(row).toEqual(['BINDING', 0.5, '2026-05-28T20:26:40.00025Z', '2026-05-29T20:26:40.00025Z', '2026-05-29T08:26:40.00025Z', true, true, true, ['night', 'pump'], 42])
  })
})

describe('making a run', () => {
  it('answers with an equal one that succeeded, waits or is under way, the newest of several, unless it is forced', async () => {
    const configHash = 'one'
    const first = await make({ configHash })
    expect(await store.create(newRun({ configHash }), created())).toMatchObject({ kind: 'known', run: { id: first.id } })
    const forced = runOf(await store.create(newRun({ configHash }), created({ force: true })))
    expect(forced.id).not.toBe(first.id)
    await store.claim(forced.id, 'a', hour)
    expect(await store.create(newRun({ configHash }), created())).toMatchObject({ kind: 'known', run: { id: forced.id } })
    await store.end(forced.id, 'a', { kind: 'FAILED', failure: crashed }, noResults)
    expect(await store.create(newRun({ configHash }), created())).toMatchObject({ kind: 'known', run: { id: first.id } })
    await store.cancel(first.id, 'eve')
    expect(await store.create(newRun({ configHash }), created())).toMatchObject({ kind: 'created' })
  })

  it('makes one of two equal ones that are wanted at once', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => store.create(newRun({ configHash: 'same' }), created())))
    expect(made.map(({ kind }) => kind).sort()).toEqual(['created', ...Array.from({ length: 7 }, () => 'known')])
    expect(new Set(made.map((each) => runOf(each).id)).size).toBe(1)
  })

  it('answers a repeated key as it did, and refuses the key for another request', async () => {
    const idempotency = { key: 'mine', digest: 'd' }
    const made = await store.create(newRun(), created({ idempotency }))
    expect(await store.create(newRun(), created({ idempotency, force: true }))).toEqual({ ...made, kind: 'known' })
    expect(await store.create(newRun(), created({ idempotency: { ...idempotency, digest: 'other' } }))).toEqual({ kind: 'keyReused' })
    await store.cancel(runOf(made).id, 'eve')
    await store.remove([runOf(made).id])
    const again = await store.create(newRun(), created({ idempotency }))
    expect(again.kind).toBe('created')
    expect(await store.create(newRun(), created({ idempotency }))).toMatchObject({ kind: 'known', run: { id: runOf(again).id } })
  })

  it('refuses more open ones than there may be, not counting those that ended', async () => {
    const own = await storeOfItsOwn()
    const [first] = [await make({}, own), await make({}, own)]
    expect(await own.create(newRun(), created({ mostOpen: 2 }))).toEqual({ kind: 'tooMany', open: 2 })
    await own.cancel(first.id, 'eve')
    expect(await own.create(newRun(), created({ mostOpen: 2 }))).toMatchObject({ kind: 'created' })
  })
})

describe('whose run it is', () => {
  it('is one of two that want it at once', async () => {
    for (let i = 0; i < 5; i++) {
      const { id } = await make()
      const claims = await Promise.all(['a', 'b', 'c'].map((owner) => store.claim(id, owner, hour)))
      expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1)
    }
  })

  it('is nobody any more where it was cancelled first, and is known to its owner where it was claimed first', async () => {
    for (let i = 0; i < 10; i++) {
      const { id } = await make()
      const [claimed] = await Promise.all([store.claim(id, 'a', hour), store.cancel(id, 'eve')])
      const phase = (await found(id))?.phase
      if (claimed === undefined) expect(phase).toEqual({ kind: 'CANCELLED', by: 'eve' })
      else expect(phase).toMatchObject({ kind: 'BINDING', owner: 'a', cancelledBy: 'eve' })
      expect((await store.renew('a', [id], hour)).get(id)?.cancelledBy).toBe(claimed && 'eve')
    }
  })

  it('is prolonged for its owner alone', async () => {
    const { id } = await make()
    await store.claim(id, 'a', hour)
    expect([...await store.renew('a', [id, 'none'], 2 * hour)]).toEqual([[id, { cancelledBy: undefined }]])
    expect([...await store.renew('b', [id], hour)]).toEqual([])
  })

  it('is either prolonged or taken away where a lease has ended, never both', async () => {
    const own = await storeOfItsOwn()
    for (let i = 0; i < 10; i++) {
      const { id } = await make({}, own)
      await own.claim(id, 'a', 0)
      const [kept, moved] = await Promise.all([own.renew('a', [id], hour), own.recover()])
      expect([kept.has(id), moved.some((run) => run.id === id)].sort()).toEqual([false, true])
      expect((await found(id, own))?.phase.kind).toBe(kept.has(id) ? 'BINDING' : 'QUEUED')
      await own.cancel(id, 'eve')
    }
  })
})

describe('an attempt that failed', () => {
  it('leads back to the queue from its start, due later, until there are no more', async () => {
    const { id } = await make({ mostAttempts: 2 })
    await store.claim(id, 'a', hour)
    await store.report('a', new Map([[id, halfWay]]))
    expect(await store.putBack(id, 'b', crashed, 0)).toBeUndefined()
    const later = Date.now() + hour
    expect(await store.putBack(id, 'a', crashed, later)).toMatchObject({ phase: { kind: 'QUEUED', dueAt: later }, attempts: { made: 1, last: crashed }, progress: { fraction: 0, simulatedAt: undefined, warnings: [] } })
    expect(await store.claim(id, 'a', hour)).toBeUndefined()

    const other = await make({ mostAttempts: 1 })
    await store.claim(other.id, 'a', hour)
    expect(await store.putBack(other.id, 'a', crashed, 0)).toMatchObject({ phase: { kind: 'FAILED', failure: crashed } })
  })

  it('of a stream leads back to the place it had come to, and counts as the first where it went well for long', async () => {
    const { id, createdAt } = await make({ kind: 'STREAM', mostAttempts: 1_000_000 })
    for (let attempt = 1; attempt <= 3; attempt++) {
      await store.claim(id, 'a', hour)
      await store.begin(id, 'a')
      if (attempt === 1) await store.report('a', new Map([[id, { ...halfWay, position: 1_780_000_000_000_777 }]]))
      if (attempt < 3) expect(await store.putBack(id, 'a', crashed, 0)).toMatchObject({ attempts: { made: attempt }, progress: { values: 0, position: 1_780_000_000_000_777 } })
    }
    expect(await store.putBack(id, 'a', crashed, 0, true)).toMatchObject({ phase: { kind: 'QUEUED' }, attempts: { made: 1, last: crashed } })
    await store.claim(id, 'a', hour)
    expect(await store.giveBack(id, 'a', crashed)).toMatchObject({ attempts: { made: 1 }, progress: { position: 1_780_000_000_000_777 } })

    await store.addWrites({ id, createdAt }, ['pump-1', 'valve-1'])
    const links = createNeo4jRunTwins(testDatabase(), tenant)
    expect(await links.twins(id, { first: 5, after: undefined })).toEqual([
      { twin: 'pump-1', reads: true, writes: true }, { twin: 'tank-1', reads: true, writes: false }, { twin: 'valve-1', reads: false, writes: true },
    ])
  })

  it('is given back when its worker is lost: to the queue, to who cancelled it, or to its end', async () => {
    const own = await storeOfItsOwn()
    const [again, unwanted, last, alive] = [await make({}, own), await make({}, own), await make({ mostAttempts: 1 }, own), await make({}, own)]
    for (const { id } of [again, unwanted, last]) await own.claim(id, 'a', 0)
    await own.claim(alive.id, 'a', hour)
    await own.begin(last.id, 'a')
    await own.cancel(unwanted.id, 'eve')
    const moved = new Map((await own.recover()).map((run) => [run.id, run]))
    expect(moved.size).toBe(3)
    expect(moved.get(again.id)).toMatchObject({ phase: { kind: 'QUEUED' }, attempts: { made: 1, last: { code: 'WORKER_LOST' } } })
    expect(moved.get(unwanted.id)?.phase).toEqual({ kind: 'CANCELLED', by: 'eve' })
    expect(moved.get(last.id)?.phase).toMatchObject({ kind: 'FAILED', failure: { code: 'WORKER_LOST', isRetryable: true } })
    expect(await own.recover()).toEqual([])
    expect(await own.find([...moved.keys()])).toEqual([...moved.values()])
  })
})

describe('looking over the runs', () => {
  it('tells those that wait: due ones by priority and age, then the others by when they are due', async () => {
    const own = await storeOfItsOwn()
    const ids = new Map<string, string>()
    for (const [name, priority] of [['low', -5], ['old', 0], ['young', 0], ['high', 9], ['soon', 50], ['late', 100], ['taken', 0]] as const) {
      ids.set((await make({ priority, id: name }, own)).id, name)
      await new Promise((resolve) => setImmediate(resolve))
    }
    for (const [name, dueAt] of [['soon', Date.now() + hour], ['late', Date.now() + 2 * hour]] as const) {
      await own.claim(name, 'a', hour)
      await own.putBack(name, 'a', crashed, dueAt)
    }
    await own.claim('taken', 'a', hour)
    expect((await own.waiting(10)).map(({ id }) => id)).toEqual(['high', 'old', 'young', 'low', 'soon', 'late'])
    expect((await own.waiting(1))[0]).toEqual({ id: 'high', priority: 9, dueAt: expect.any(Number) })
  })

  it('tells what changed after a revision, in pages, each run once', async () => {
    const own = await storeOfItsOwn()
    expect(await own.changed(0, 10)).toEqual({ runs: [], revision: 0 })
    const runs = [await make({}, own), await make({}, own), await make({}, own)]
    const ids = runs.map(({ id }) => id)
    const page = await own.changed(0, 2)
    expect(page.runs.map(({ id }) => id)).toEqual(ids.slice(0, 2))
    const rest = await own.changed(page.revision, 2)
    expect(rest.runs.map(({ id }) => id)).toEqual(ids.slice(2))
    for (const id of ids) await own.claim(id, 'a', hour)
    await own.report('a', new Map([[ids[2] ?? '', halfWay], [ids[0] ?? '', halfWay]]))
    await own.cancel(ids[1] ?? '', 'eve')
    await own.cancel(ids[1] ?? '', 'bob')
    await own.renew('a', ids, hour)
    const { runs: told, revision } = await own.changed(rest.revision, 10)
    expect(told.map(({ id }) => id)).toEqual([ids[2], ids[0], ids[1]])
    expect(await own.changed(revision, 10)).toEqual({ runs: [], revision })
    expect(await own.changed(0, 0)).toEqual({ runs: [], revision })
  })

  it('tells every change to one who follows it while many are made', async () => {
    const own = await storeOfItsOwn()
    const making = Promise.all(Array.from({ length: 40 }, () => make({}, own)))
    const seen = new Set<string>()
    let after = 0
    let isDone = false
    void making.finally(() => { isDone = true })
    for (let last = false; !last;) {
      last = isDone
      const page = await own.changed(after, 7)
      for (const { id } of page.runs) seen.add(id)
      after = page.revision
      if (page.runs.length > 0) last = false
    }
    expect(seen).toEqual(new Set((await making).map(({ id }) => id)))
  })
})

describe('what hangs from a run', () => {
  it('are the twins it read and wrote, found from either side, page by page', async () => {
    const links = createNeo4jRunTwins(testDatabase(), tenant)
    const { id, createdAt } = await make({ reads: ['x-1', 'x-2', 'x-2'] })
    await store.claim(id, 'a', hour)
    await store.begin(id, 'a')
    await store.end(id, 'a', { kind: 'SUCCEEDED', resultHash: 'r' }, { progress: halfWay, results: { ...results, writes: ['x-2', 'x-3'] } })
    const [one, two, three] = [{ twin: 'x-1', reads: true, writes: false }, { twin: 'x-2', reads: true, writes: true }, { twin: 'x-3', reads: false, writes: true }]
    expect(await links.twins(id, { first: 2, after: undefined })).toEqual([one, two])
    expect(await links.twins(id, { first: 2, after: 'x-2' })).toEqual([three])
    await new Promise((resolve) => setTimeout(resolve, 2))
    const newer = await make({ reads: ['x-3'] })
    const pages = await links.runsOfTwin('x-3', { first: 1, after: undefined })
    expect(pages).toEqual([{ run: newer.id, at: newer.createdAt, reads: true, writes: false }])
    expect(await links.runsOfTwin('x-3', { first: 5, after: pages[0] })).toEqual([{ run: id, at: createdAt, reads: false, writes: true }])
  })

  it('are the members of a sweep, in their order, those that came twice once', async () => {
    const { id } = await make({ kind: 'SWEEP' })
    const members = Array.from({ length: 2_500 }, (_, index) => ({
      index, settings: { '["demand"]': index / 10 }, seed: index * 7, ...index % 3 === 0
        ? { kpis: undefined, resultHash: undefined, failure: { code: 'NO_CONVERGENCE', message: 'It did not converge.' } }
        : { kpis: { energy: index }, resultHash: `h${index}`, failure: undefined },
    }))
    await store.addMembers(id, members.slice(1_000))
    await store.addMembers(id, members.slice(0, 1_500).map((member) => ({ ...member, seed: member.index < 1_000 ? member.seed : -1 })))
    expect(await store.members(id, { first: 1_000, after: undefined })).toEqual(members.slice(0, 1_000))
    expect(await store.members(id, { first: 2_000, after: 999 })).toEqual(members.slice(1_000))
  })

  it('goes with it, and only with runs that have ended', async () => {
    const [over, open] = [await make({ reads: ['y-1'] }), await make({ reads: ['y-1'] })]
    await store.addMembers(over.id, [{ index: 0, settings: {}, seed: 0, kpis: undefined, resultHash: undefined, failure: undefined }])
    await store.cancel(over.id, 'eve')
    expect(await store.remove([over.id, open.id, 'none'])).toEqual([over.id])
    expect(await store.find([over.id, open.id])).toEqual([undefined, open])
    const left = await testDatabase().read({ text: 'RETURN COUNT { MATCH (n {_t: $t, run: $id}) } AS left', parameters: { t: tenant, id: over.id } })
    expect(left['left']).toBe(0)
    expect((await createNeo4jRunTwins(testDatabase(), tenant).runsOfTwin('y-1', { first: 5, after: undefined })).map(({ run }) => run)).toEqual([open.id])
  })
})
