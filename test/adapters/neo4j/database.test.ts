import { afterAll, describe, expect, inject, test, vi } from 'vitest'
import { createNeo4jDatabase, type Neo4jDatabase } from '../../../src/adapters/neo4j/database.ts'
import type { Statement } from '../../../src/domain/statement.ts'
import { freshTenant, testDatabase } from '../../support/neo4j.ts'
import { createUnreliableLink } from './unreliable-link.ts'

const database = testDatabase()
afterAll(() => database[Symbol.asyncDispose]())

/** Minutes of work for the server, told from others' by its mark. */
const endless = (mark: string): Statement => ({ text: `UNWIND range(1, 1000000000) AS i WITH i WHERE i % 7 = $mark RETURN count(i) AS n // ${mark}`, parameters: { mark: 99 } })

const running = async (mark: string): Promise<number> =>
  Number((await database.read({ text: 'SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery ENDS WITH $mark RETURN count(*) AS n', parameters: { mark } }))['n'])

const until = (what: string, holds: () => Promise<boolean>): Promise<unknown> => vi.waitUntil(holds, { timeout: 20_000, interval: 20 }).catch((cause: unknown) => { throw new Error(`Waited in vain for: ${what}`, { cause }) })

const create = (mark: string): Statement => ({ text: 'CREATE (n:LinkTest {mark: $mark}) RETURN n.mark AS mark', parameters: { mark } })
const count = async (mark: string): Promise<unknown> => (await database.read({ text: 'MATCH (n:LinkTest {mark: $mark}) RETURN count(n) AS n', parameters: { mark } }))['n']

async function withDatabase(config: Partial<Parameters<typeof createNeo4jDatabase>[0]>, use: (other: Neo4jDatabase) => Promise<void>): Promise<void> {
  await using other = createNeo4jDatabase({ ...inject('neo4j'), ...config })
  await use(other)
}

describe('statements', () => {
  test('give their record as a plain object, with numbers for integers', async () => {
    expect(await database.read({ text: 'RETURN $a AS a, [1, 2.5, null, {b: true}] AS list, 9007199254740991 AS most', parameters: { a: 'x' } }))
      .toEqual({ a: 'x', list: [1, 2.5, null, { b: true }], most: 9007199254740991 })
  })

  test('that return no record are a defect of whoever wrote them, and named', async () => {
    await expect(database.read({ text: 'UNWIND [] AS x RETURN x', parameters: {} })).rejects.toThrow(/returned none: UNWIND \[\] AS x/)
  })

  test('with an error keep the code that Neo4j gives it', async () => {
    await expect(database.read({ text: 'RETURN nonsense(', parameters: {} })).rejects.toMatchObject({ name: 'Neo4jError', code: 'Neo.ClientError.Statement.SyntaxError' })
  })

  test('that take longer than the server may are ended by it, as TIMEOUT', async () => {
    const mark = freshTenant('slow')
    await withDatabase({ statementTimeoutMs: 300 }, async (hasty) => {
      await expect(hasty.read(endless(mark))).rejects.toMatchObject({ code: 'TIMEOUT', cause: { code: /TransactionTimedOut/ } })
      await expect(hasty.transaction((tx) => tx.run(endless(mark)))).rejects.toMatchObject({ code: 'TIMEOUT' })
    })
    expect(await running(mark)).toBe(0)
  })
})

describe('an aborted statement', () => {
  test('rejects with the reason at once, and the server ends its work', async () => {
    const [mark, leave, reason] = [freshTenant('aborted'), new AbortController(), new Error('the client left')]
    const answer = expect(database.read(endless(mark), { signal: leave.signal })).rejects.toBe(reason)
    await until('the statement runs', async () => await running(mark) === 1)
    leave.abort(reason)
    await answer
    await until('the statement has ended', async () => await running(mark) === 0)
  })

  test('is not even sent when the signal fired before', async () => {
    const mark = freshTenant('unsent')
    await expect(database.write(create(mark), { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late')
    expect(await count(mark)).toBe(0)
  })

  test('leaves its connection fit for the next', async () => {
    await withDatabase({ poolSize: 1 }, async (narrow) => {
      for (let round = 0; round < 5; round++) {
        await expect(narrow.read(endless(freshTenant('pool')), { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ name: 'TimeoutError' })
        expect(await narrow.read({ text: 'RETURN $round AS round', parameters: { round } })).toEqual({ round })
      }
    })
  })
})

describe('a transaction', () => {
  test('is stored whole when its work is done', async () => {
    const mark = freshTenant('whole')
    expect(await database.transaction(async (tx) => [await tx.run(create(mark)), await tx.run({ text: 'MATCH (n:Nowhere) RETURN n', parameters: {} })])).toEqual([{ mark }, {}])
    expect(await count(mark)).toBe(1)
  })

  test('leaves nothing when its work throws, and throws the same', async () => {
    const [mark, problem] = [freshTenant('rolled-back'), new Error('decided otherwise')]
    await expect(database.transaction(async (tx) => {
      await tx.run(create(mark))
      throw problem
    })).rejects.toBe(problem)
    expect(await count(mark)).toBe(0)
  })
})

describe('a connection that breaks', () => {
  const linked = async (use: (link: Awaited<ReturnType<typeof createUnreliableLink>>, far: Neo4jDatabase) => Promise<void>): Promise<void> => {
    await using link = await createUnreliableLink(inject('neo4j').uri)
    await withDatabase({ uri: link.uri }, async (far) => {
      await far.ping()
      await use(link, far)
      await far.ping() // the pool is mended by itself
    })
  }

  test.each(['closed', 'reset'] as const)('while a commit is under way (%s) leaves the outcome unknown, which must not be called worth a retry', (how) => linked(async (link, far) => {
    const mark = freshTenant('commit')
    await expect(far.transaction(async (tx) => {
      await tx.run(create(mark))
      link.cutAfter('COMMIT', how)
    })).rejects.toMatchObject({ name: 'Failure', code: 'OUTCOME_UNKNOWN' })
    await until('it was stored all the same', async () => await count(mark) === 1)
  }))

  test.each(['closed', 'reset'] as const)('while a write commits by itself (%s) leaves the outcome unknown', (how) => linked(async (link, far) => {
    const mark = freshTenant('autocommit')
    link.cutAfter('RUN', how)
    await expect(far.write(create(mark))).rejects.toMatchObject({ name: 'Failure', code: 'OUTCOME_UNKNOWN' })
  }))

  test.each(['closed', 'reset'] as const)('before the commit (%s) is an outage, and nothing is stored', (how) => linked(async (link, far) => {
    const mark = freshTenant('early')
    link.cutAfter('RUN', how)
    await expect(far.transaction((tx) => tx.run(create(mark)))).rejects.toMatchObject({ name: 'Failure', code: 'STORE_UNAVAILABLE' })
    expect(await count(mark)).toBe(0)
  }))

  test.each(['closed', 'reset'] as const)('during a read (%s) is an outage', (how) => linked(async (link, far) => {
    link.cutAfter('RUN', how)
    await expect(far.read({ text: 'RETURN 1 AS one', parameters: {} })).rejects.toMatchObject({ name: 'Failure', code: 'STORE_UNAVAILABLE' })
  }))
})

describe('a server out of reach', () => {
  test.each(['bolt://127.0.0.1:1', 'bolt://localhost:1', 'neo4j://127.0.0.1:1'])('fails as STORE_UNAVAILABLE at %s, whatever was wanted: nothing was done', (uri) => withDatabase({ uri }, async (nowhere) => {
    const one: Statement = { text: 'RETURN 1 AS one', parameters: {} }
    const attempts = await Promise.allSettled([nowhere.read(one), nowhere.write(one), nowhere.transaction((tx) => tx.run(one)), nowhere.transaction(() => Promise.resolve()), nowhere.ping()])
    for (const attempt of attempts) expect(attempt).toMatchObject({ status: 'rejected', reason: { name: 'Failure', code: 'STORE_UNAVAILABLE', cause: { code: 'ServiceUnavailable' } } })
  }))

  test('is what a pool with no connection left for long is, too', () => withDatabase({ poolSize: 1, acquisitionTimeoutMs: 200 }, async (narrow) => {
    const [mark, leave] = [freshTenant('hog'), new AbortController()]
    const hog = expect(narrow.read(endless(mark), { signal: leave.signal })).rejects.toThrow('enough')
    await until('the only connection is taken', async () => await running(mark) === 1)
    await expect(narrow.write({ text: 'RETURN 1 AS one', parameters: {} })).rejects.toMatchObject({ name: 'Failure', code: 'STORE_UNAVAILABLE' })
    leave.abort(new Error('enough'))
    await hog
  }))

  test('is not what a database is that was closed: it says so, and opens no connection again', async () => {
    const closed = createNeo4jDatabase(inject('neo4j'))
    await closed.ping()
    await closed[Symbol.asyncDispose]()
    const one: Statement = { text: 'RETURN 1 AS one', parameters: {} }
    const attempts = await Promise.allSettled([closed.read(one), closed.write(one), closed.transaction((tx) => tx.run(one))])
    for (const attempt of attempts) expect(attempt).toMatchObject({ status: 'rejected', reason: { name: 'Failure', code: 'SHUTTING_DOWN' } })
  })
})
