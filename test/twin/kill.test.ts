import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { plantModels } from '../domain/plant.ts'

/** More in a storm of their own: TWINFOLD_KILLS=20 npm test -- test/twin/kill.test.ts */
const kills = Number(process.env['TWINFOLD_KILLS'] ?? 2)
const inFlight = 64

interface Running {
  readonly url: string
  readonly child: ChildProcess
}

async function start(directory: string): Promise<Running> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/main.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NEO4J_URI: '', TWINFOLD_PORT: '0', TWINFOLD_DEMO: 'off', TWINFOLD_LOG: 'fatal', TWINFOLD_DATA: directory, TWINFOLD_NEO4J_HEAP_MB: '512' },
  })
  const [line] = await once(createInterface({ input: child.stdout }), 'line') as [string]
  return { url: line.replace(/^.* (?=http)/, ''), child }
}

async function ask(url: string, query: string, variables: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) })
  const { data, errors } = await response.json() as { data?: Record<string, unknown>; errors?: readonly { message: string }[] }
  if (errors ?? !data) throw new Error(errors?.[0]?.message ?? 'no data')
  return data
}

/** The server and its embedded Neo4j, both at once and without warning. */
async function killAll({ child }: Running): Promise<void> {
  const children = (await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').catch(() => '')).trim().split(/\s+/).filter(Boolean).map(Number)
  const exit = once(child, 'exit')
  for (const pid of [...children, child.pid ?? 0]) process.kill(pid, 'SIGKILL')
  await exit
}

const createPair = `mutation($a: ID!, $b: ID!) {
  createTwins(twins: [{ id: $a, model: "dtmi:plant:Pump;1", relationships: [{ name: "feeds", to: $b, id: "f" }] }, { id: $b, model: "dtmi:plant:Pump;1" }]) { __typename }
}`

test('a process and store killed in the midst of mutations lose nothing that was acknowledged, and keep no half of a mutation', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'twinfold-kill-'))
  const acknowledged = new Set<string>()
  let next = 0
  let running = await start(directory)
  await ask(running.url, 'mutation($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: plantModels })
  for (let kill = 1; kill <= kills; kill++) {
    const { url } = running
    const enough = Promise.withResolvers<undefined>()
    const wanted = acknowledged.size + 300
    const mutate = async (): Promise<void> => {
      for (;;) {
        const name = `pair-${next++}`
        await ask(url, createPair, { a: `${name}-a`, b: `${name}-b` })
        acknowledged.add(name)
        if (acknowledged.size >= wanted) enough.resolve(undefined)
      }
    }
    const workers = Array.from({ length: inFlight }, () => mutate().catch(() => undefined)) // ends with the process
    await enough.promise
    await killAll(running)
    await Promise.all(workers)

    running = await start(directory)
    const present = new Map<string, number>()
    for (let after: string | null = null, more = true; more;) {
      const page = (await ask(running.url, 'query($a: String) { pumpsConnection(first: 1000, after: $a) { edges { node { _id feeds { _id } } } pageInfo { hasNextPage endCursor } } }', { a: after }))['pumpsConnection'] as { edges: readonly { node: { _id: string; feeds: readonly { _id: string }[] } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
      for (const { node } of page.edges) {
        const name = node._id.slice(0, -2)
        present.set(name, (present.get(name) ?? 0) + 1 + (node.feeds.length === 1 && node.feeds[0]?._id === `${name}-b` ? 1 : 0))
      }
      more = page.pageInfo.hasNextPage
      after = page.pageInfo.endCursor
    }
    expect([...acknowledged].filter((name) => !present.has(name)), 'acknowledged and lost').toEqual([])
    expect([...present].filter(([, parts]) => parts !== 3), 'half of a mutation').toEqual([])
  }
  const exit = once(running.child, 'exit')
  running.child.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
  await rm(directory, { recursive: true, force: true })
}, 90_000 + kills * 90_000)
