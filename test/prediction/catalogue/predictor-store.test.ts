import { beforeAll, describe, expect, it } from 'vitest'
import { createNeo4jPredictorStore } from '../../../src/adapters/neo4j/predictor-store.ts'
import type { Predictor } from '../../../src/prediction/predictor.ts'
import { createPredictorBook } from '../../../src/prediction/predictor-book.ts'
import type { PredictorRegistered, PredictorStore } from '../../../src/prediction/predictor-store.ts'
import { storedTenant, testDatabase } from '../../support/neo4j.ts'
import { newPredictor } from './new-predictor.ts'

let store: PredictorStore
beforeAll(async () => {
  store = createNeo4jPredictorStore(testDatabase(), (await storedTenant('predictors')).tenant)
})

function predictorOf(registered: PredictorRegistered | undefined): Predictor {
  if (registered?.kind !== 'registered') throw new Error(`No predictor: ${JSON.stringify(registered)}`)
  return registered.predictor
}
const register = async (name: string): Promise<Predictor> => predictorOf(await store.register(newPredictor({ name })))
const stages = async (...predictors: readonly Predictor[]): Promise<readonly unknown[]> => (await store.find(predictors.map(({ id }) => id))).map((found) => found?.stage)

describe('a predictor in the store', () => {
  it('is found as it was registered, in the order asked for', async () => {
    const given = newPredictor()
    const made = await store.register(given)
    expect(made).toEqual({ kind: 'registered', isNew: true, predictor: { ...given, id: `${given.name};1`, version: 1, stage: 'CANDIDATE', createdAt: expect.any(Number), stagedAt: expect.any(Number) } })
    expect(await store.find(['none;1', predictorOf(made).id, 'none;1'])).toEqual([undefined, predictorOf(made), undefined])
    expect(await store.names(1_000)).toContain(given.name)
  })

  it('is there once however often it is registered, and has another version where anything of it differs', async () => {
    const given = newPredictor()
    const first = await store.register(given)
    expect(await store.register({ ...given, createdBy: 'eve' })).toEqual({ ...first, isNew: false })
    expect(predictorOf(await store.register({ ...given, build: 'other' }))).toMatchObject({ id: `${given.name};2`, version: 2 })
  })

  it('gives every version a number of its own, whoever registers at the same time', async () => {
    const { name } = newPredictor()
    const made = await Promise.all(Array.from({ length: 12 }, async () => register(name)))
    expect(made.map(({ version }) => version).sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, at) => at + 1))
    const { build } = made[0] as Predictor
    const same = await Promise.all(Array.from({ length: 6 }, async () => store.register(newPredictor({ name, build }))))
    expect(new Set(same.map((each) => predictorOf(each).id))).toEqual(new Set([made[0]?.id]))
  })

  it('answers a key as it did the first time, and refuses it for another registration', async () => {
    const [given, key] = [newPredictor(), { key: `k-${newPredictor().name}`, digest: 'one' }]
    expect(await store.repeated(key)).toBeUndefined()
    const made = predictorOf(await store.register(given, key))
    expect(predictorOf(await store.register(newPredictor(), key))).toEqual(made)
    expect(predictorOf(await store.repeated(key))).toEqual(made)
    expect(await store.register(given, { ...key, digest: 'other' })).toEqual({ kind: 'keyReused' })
    expect(await store.repeated({ ...key, digest: 'other' })).toEqual({ kind: 'keyReused' })
  })
})

describe('the stage of a predictor', () => {
  it('is ACTIVE of one version of a name at most', async () => {
    const { name } = newPredictor()
    const [first, second] = [await register(name), await register(name)]
    expect(await store.head(name)).toBeUndefined()
    expect(await store.setStage(first.id, 'ACTIVE')).toMatchObject({ id: first.id, stage: 'ACTIVE' })
    expect(await store.head(name)).toMatchObject({ id: first.id, stage: 'ACTIVE' })
    await store.setStage(second.id, 'ACTIVE')
    expect(await stages(first, second)).toEqual(['RETIRED', 'ACTIVE'])
    expect(await store.setStage(second.id, 'ACTIVE')).toEqual((await store.find([second.id]))[0])
    await store.setStage(first.id, 'CANDIDATE')
    expect(await store.head(name)).toMatchObject({ id: second.id })
    await store.setStage(second.id, 'RETIRED')
    expect(await store.head(name)).toBeUndefined()
    expect(await store.setStage(`${name};9`, 'ACTIVE')).toBeUndefined()
  })

  it('is ACTIVE of exactly one when several are made so at once, and no reader meanwhile finds none', async () => {
    const { name } = newPredictor()
    const made = await Promise.all(Array.from({ length: 6 }, async () => register(name)))
    await store.setStage((made[0] as Predictor).id, 'ACTIVE')
    let isDone = false
    const seen = (async () => {
      const heads: unknown[] = []
      while (!isDone) heads.push(await store.head(name))
      return heads
    })()
    for (let round = 0; round < 3; round++) await Promise.all(made.map(async ({ id }) => store.setStage(id, 'ACTIVE')))
    isDone = true
    const heads = await seen
    expect(heads.length).toBeGreaterThan(3)
    expect(heads.filter((head) => head === undefined)).toEqual([])
    const now = await stages(...made)
    expect(now.filter((stage) => stage === 'ACTIVE')).toHaveLength(1)
    expect((await store.head(name))?.id).toBe(made[now.indexOf('ACTIVE')]?.id)
  })
})

describe('the book of predictors', () => {
  it('finds by id and by name, knows at once what was staged here, and a second later what another process has staged', async () => {
    let clock = 0
    const [book, { name }] = [createPredictorBook(store, { now: () => clock }), newPredictor()]
    const [first, second] = [await register(name), await register(name)]
    expect(await book.find(name)).toBeUndefined()
    expect(await book.find('none;1')).toBeUndefined()
    expect(await book.find(first.id)).toEqual(first)
    const active = await store.setStage(first.id, 'ACTIVE')
    expect(await book.find(name)).toEqual(active)
    expect(await book.find(first.id)).toEqual(first)
    book.restaged()
    expect(await book.find(first.id)).toEqual(active)
    await store.setStage(second.id, 'ACTIVE')
    clock = 1_000
    expect(await book.find(name)).toMatchObject({ id: second.id, stage: 'ACTIVE' })
    expect(await book.find(first.id)).toMatchObject({ stage: 'RETIRED' })
    await store.setStage(first.id, 'ACTIVE')
    clock = 1_999
    expect(await book.find(name)).toMatchObject({ id: second.id })
    book.restaged()
    expect(await book.find(name)).toMatchObject({ id: first.id })
  })

  it('reads a card once', async () => {
    let reads = 0
    const book = createPredictorBook({ head: (...args) => store.head(...args), find: (...args) => { reads++; return store.find(...args) } })
    const { id } = await register(newPredictor().name)
    for (let time = 0; time < 5; time++) expect((await book.find(id))?.id).toBe(id)
    expect(reads).toBe(1)
  })
})
