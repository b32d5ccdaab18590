import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createNeo4jDatabase, type Neo4jDatabase } from '../../src/adapters/neo4j/database.ts'
import { lockDataDirectory } from '../../src/adapters/neo4j/embedded/data-lock.ts'
import { createEmbeddedNeo4j, type EmbeddedNeo4j } from '../../src/adapters/neo4j/embedded/server.ts'
import { Failure } from '../../src/errors.ts'

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Asks again until the condition holds; fails with what it waited for. */
async function until(what: string, condition: () => Promise<boolean>, deadlineMs = 60_000): Promise<void> {
  for (const end = Date.now() + deadlineMs; Date.now() < end;) if (await condition()) return
  throw new Error(`Waited in vain for: ${what}`)
}

describe('the embedded Neo4j', () => {
  const printed: string[] = []
  let directory: string
  let server: EmbeddedNeo4j
  let database: Neo4jDatabase
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'twinfold-embedded-'))
    const start = () => createEmbeddedNeo4j({ dataDirectory: directory, heapMb: 512, environment: process.env, log: { info: (line) => printed.push(line), error: (line) => printed.push(line) } })
    await (await start())[Symbol.asyncDispose]() // the second start meets the password and the store of the first
    server = await start()
    database = createNeo4jDatabase(server.connection)
  })
  afterAll(async () => {
    await database[Symbol.asyncDispose]()
    const { pid = 0 } = server
    await server[Symbol.asyncDispose]()
    expect(isAlive(pid)).toBe(false)
    await rm(directory, { recursive: true, force: true })
  })

  test('keeps its password to its owner', async () => {
    const file = join(directory, 'neo4j-password')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await readFile(file, 'utf8')).length).toBeGreaterThan(20)
    const stranger = createNeo4jDatabase({ ...server.connection, password: 'wrong' })
    await expect(stranger.ping()).rejects.toThrow(/unauthori[sz]ed|authentication/i)
    await stranger[Symbol.asyncDispose]()
  })

  test('killed, is started again on the same address; requests fail as STORE_UNAVAILABLE meanwhile, and what was written is there', async () => {
    await database.write({ text: 'CREATE (n:Kept {value: 7}) RETURN n.value AS value', parameters: {} })
    const { pid = 0 } = server
    process.kill(pid, 'SIGKILL')
    const failures: unknown[] = []
    await until('a read after the crash', () => database.read({ text: 'MATCH (n:Kept) RETURN n.value AS value', parameters: {} }).then(({ value }) => value === 7 && server.pid !== pid, (error: unknown) => {
      failures.push(error)
      return false
    }))
    expect(failures.length).toBeGreaterThan(0)
    expect(failures.every((error) => error instanceof Failure && error.code === 'STORE_UNAVAILABLE')).toBe(true)
    expect(printed.join('\n')).toMatch(/ended unexpectedly[^]*up again/)
  })
})

describe('a data directory', () => {
  test('is kept by one process: another is refused with the pid, the path and what to do', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'twinfold-lock-'))
    const lock = await lockDataDirectory(directory)
    await expect(lockDataDirectory(directory)).rejects.toThrow(new RegExp(`${directory}.*${process.pid}.*TWINFOLD_DATA`))
    await lock[Symbol.asyncDispose]()
    await (await lockDataDirectory(directory))[Symbol.asyncDispose]()
    await rm(directory, { recursive: true })
  })
})
