import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNeo4jAlertStore } from '../../src/adapters/neo4j/alert-store.ts'
import { ensureSchema } from '../../src/adapters/neo4j/schema.ts'
import type { Alert } from '../../src/alert/alert.ts'
import type { AlertStore, Found } from '../../src/alert/alert-store.ts'
import { freshTenant, testDatabase } from '../support/neo4j.ts'

const nothing = () => ({ deliveries: [], tasks: [] })
const open = async (): Promise<AlertStore> => {
  await ensureSchema(testDatabase())
  return createNeo4jAlertStore(testDatabase(), freshTenant('alerts'), nothing)
}
const rule = (reopenWithin = 0): Found['rule'] => ({ name: 'R', severity: 'WARNING', labels: {}, annotations: {}, reopenWithin, notify: [], then: [] })
const evidence: Alert['evidence'] = { at: 5, value: 1, limit: 0, origin: 'o', run: null, contributions: [{ twin: 't', series: 's', value: -2.5 }] }
const raise = (twin: string, since: number, { reopenWithin = 0, twins = [] as readonly string[] } = {}): Found =>
  ({ kind: 'raise', subject: { rule: 'r', twin, series: 's' }, since, evidence, message: 'm', rule: rule(reopenWithin), affected: { twins, isComplete: true } })
const resolve = (twin: string, until: number): Found => ({ kind: 'resolve', subject: { rule: 'r', twin, series: 's' }, until, resolution: 'CLEARED', rule: rule(), affected: { twins: [], isComplete: true } })

describe('The store of alerts', () => {
  it('has of a fingerprint at most one alert that is not resolved, whatever is found, in whatever portions, by however many at once', { timeout: 120_000 }, async () => {
    const event = fc.record({ twin: fc.constantFrom('a', 'b'), isRaise: fc.boolean() })
    await fc.assert(fc.asyncProperty(fc.array(fc.array(event, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }), async (batches) => {
      const store = await open()
      let at = 0
      const changed = (await Promise.all(batches.map((batch) => store.apply(batch.map(({ twin, isRaise }) => (isRaise ? raise(twin, ++at) : resolve(twin, ++at))))))).flat()
      const unresolved = await store.open({ limit: 100 })
      expect(new Set(unresolved.map(({ fingerprint }) => fingerprint)).size).toBe(unresolved.length)
      for (const twin of ['a', 'b']) {
        const own = changed.filter(({ alert }) => alert.twin === twin).toSorted((one, other) => one.alert.revision - other.alert.revision)
        expect(own.map(({ event: kind }) => kind)).toEqual(own.map((_, index) => (index % 2 === 0 ? 'RAISED' : 'RESOLVED')))
        expect(unresolved.some((alert) => alert.twin === twin)).toBe(own.length % 2 === 1)
      }
      const revisions = changed.map(({ alert }) => alert.revision)
      expect(new Set(revisions).size).toBe(revisions.length)
      expect((await store.changed(0, 1_000)).revision).toBe(Math.max(0, ...revisions))
    }), { numRuns: 15 })
  })

  it('reopens an alert that begins again soon after it was over, and counts it; not one that was resolved by hand', async () => {
    const store = await open()
    const reopenWithin = 100
    const [first] = await store.apply([raise('t', 1_000, { reopenWithin })])
    await store.apply([resolve('t', 1_100)])
    const [again] = await store.apply([raise('t', 1_200, { reopenWithin })])
    expect(again).toMatchObject({ event: 'REOPENED', alert: { id: first?.alert.id, state: 'OPEN', since: 1_000, until: null, occurrences: 2, resolution: null } })
    await store.apply([resolve('t', 1_300)])
    const [later] = await store.apply([raise('t', 1_401, { reopenWithin })])
    expect(later).toMatchObject({ event: 'RAISED', alert: { since: 1_401, occurrences: 1 } })
    expect(later?.alert.id).not.toBe(first?.alert.id)
    await store.change([later?.alert.id ?? ''], (alert, now) => ({ event: 'RESOLVED', alert: { ...alert, state: 'RESOLVED', resolvedAt: now, resolution: 'BY_HAND' } }))
    const [new_] = await store.apply([raise('t', 1_402, { reopenWithin })])
    expect(new_).toMatchObject({ event: 'RAISED', alert: { occurrences: 1 } })
    expect(await store.find([first?.alert.id ?? '', 'nobody'])).toMatchObject([{ state: 'RESOLVED', occurrences: 2, evidence }, undefined])
  })

  it('keeps who was affected, page by page, and how far was judged with what was found; and forgets what was over long ago', async () => {
    const store = await open()
    const twins = Array.from({ length: 2_500 }, (_, index) => `t${index}`)
    const [change] = await store.apply([raise('t', 1, { twins })], { position: 77 })
    const id = change?.alert.id ?? ''
    expect(change?.alert.affected).toEqual({ count: 2_500, isComplete: true })
    expect(await store.affected(id, { first: 5, after: 997 })).toEqual(twins.slice(997, 1_002))
    expect(await store.affected(id, { first: 1_000, after: 2_400 })).toEqual(twins.slice(2_400))
    expect(await store.position()).toBe(77)
    await store.setPosition(50)
    expect(await store.position()).toBe(77)
    await store.prepare()
    expect(await store.position()).toBe(77)
    expect(await store.forget(Date.now() + 60_000, 10)).toBe(0) // it is not over
    await store.apply([resolve('t', 2)])
    expect(await store.forget(Date.now() - 60_000, 10)).toBe(0)
    expect(await store.forget(Date.now() + 60_000, 10)).toBe(1)
    expect(await store.find([id])).toEqual([undefined])
    expect(await store.affected(id, { first: 5, after: 0 })).toEqual([])
  })
})
