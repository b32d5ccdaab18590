import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createNeo4jDatabase } from '../../../src/adapters/neo4j/database.ts'
import { createEmbeddedNeo4j } from '../../../src/adapters/neo4j/embedded/server.ts'

const module = fileURLToPath(new URL('../../../src/adapters/neo4j/embedded/server.ts', import.meta.url))

let directory: string
let printed: string[]
beforeEach(async () => {
  printed = []
  directory = await mkdtemp(join(tmpdir(), 'twinfold-embedded-'))
})
afterEach(() => rm(directory, { recursive: true }))

const log = { info: (line: string): void => void printed.push(line), error: (line: string): void => void printed.push(line) }
const config = (): Parameters<typeof createEmbeddedNeo4j>[0] => ({ dataDirectory: directory, heapMb: 512, environment: process.env, log })

/** The processes that were started on the directory and run: the JVMs. */
async function processes(): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))) // ended meanwhile
  return pids.filter((_, i) => commands[i]?.includes(`${directory}/neo4j`)).map(Number)
}

const until = (what: string, holds: () => Promise<boolean>): Promise<unknown> => vi.waitUntil(holds, { timeout: 60_000, interval: 20 }).catch((cause: unknown) => { throw new Error(`Waited in vain for: ${what}`, { cause }) })

describe.runIf(process.platform === 'linux')('The embedded Neo4j', { timeout: 180_000 }, () => {
  test('ends when the process that started it is killed; one that starts meanwhile waits for it and finds what was stored', async () => {
    const holder = spawn(process.execPath, ['--input-type=module', '--eval', `
      const { createEmbeddedNeo4j } = await import(${JSON.stringify(module)})
      const server = await createEmbeddedNeo4j({ dataDirectory: ${JSON.stringify(directory)}, heapMb: 512, environment: process.env, log: console })
      console.log(JSON.stringify({ ...server.connection, pid: server.pid }))`], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(createInterface({ input: holder.stdout }), 'line') as [string]
    const first = JSON.parse(line) as { uri: string; username: string; password: string; pid: number }
    await using _ = { [Symbol.asyncDispose]: async () => { await endedByForce(first.pid) } } // it is stopped below: where this test fails, nobody else would end it
    expect(await processes()).toEqual([first.pid])
    await createStored(first)

    process.kill(first.pid, 'SIGSTOP') // as one that has much to write: it keeps its lock for as long as we like
    holder.kill('SIGKILL')
    const starting = createEmbeddedNeo4j(config())
    await until('the second start meets the first server', async () => printed.some((message) => message.includes('an earlier process')))
    process.kill(first.pid, 'SIGCONT')
    await using server = await starting
    expect(await processes()).toEqual([server.pid])
    await using database = createNeo4jDatabase(server.connection)
    expect(await database.read({ text: 'MATCH (n:Stored) RETURN count(n) AS n', parameters: {} })).toEqual({ n: 1 })
  })

  test('disposed while it is being started again after a crash leaves no process', async () => {
    const server = await createEmbeddedNeo4j(config())
    process.kill(server.pid, 'SIGKILL')
    await until('the crash is noticed', async () => !server.isUp)
    await until('the new one is being started', async () => (await processes()).some((pid) => pid !== server.pid))
    await server[Symbol.asyncDispose]()
    expect(await processes()).toEqual([])
    expect(server.isUp).toBe(false)
    expect(printed).toEqual(['The embedded Neo4j ended unexpectedly and is started again: SIGKILL'])
  })

  test('that cannot start says why, in few words', async () => {
    await expect(createEmbeddedNeo4j({ ...config(), environment: { PATH: directory } })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: 'The embedded Neo4j did not start (could not be run):\nspawn java ENOENT' })
    const failed = createEmbeddedNeo4j({ ...config(), pageCacheMb: -1 })
    await expect(failed).rejects.toThrow(/did not start \(exit code 1\):\n[^]*server\.memory\.pagecache\.size/)
    await expect(failed).rejects.not.toThrow(/^\s+at /m)
    expect(await processes()).toEqual([])
  })
})

/** Ends a process if it is still one of ours. */
async function endedByForce(pid: number): Promise<void> {
  if ((await processes()).includes(pid)) process.kill(pid, 'SIGKILL')
}

async function createStored(connection: Parameters<typeof createNeo4jDatabase>[0]): Promise<void> {
  await using database = createNeo4jDatabase(connection)
  await database.write({ text: 'CREATE (n:Stored) RETURN 1 AS one', parameters: {} })
}
