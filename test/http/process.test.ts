import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, inject, it } from 'vitest'
import { createConfig } from '../../src/config.ts'
import { until } from './api.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const { uri, username, password } = inject('neo4j')
const store = { NEO4J_URI: uri, NEO4J_USERNAME: username, NEO4J_PASSWORD: password, TWINFOLD_DEMO: 'off', TWINFOLD_PORT: '0' }
const directory = await mkdtemp(join(tmpdir(), 'twinfold-process-'))
let runs = 0
const running = new Set<ChildProcess>()

interface Run {
  readonly child: ChildProcess
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
  /** Exit code and signal. */
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>
}

function run(environment: Readonly<Record<string, string>>): Run {
  const child = spawn(process.execPath, ['src/main.ts'], { cwd: root, env: { ...createConfig().environment, NODE_ENV: 'production', TWINFOLD_DATA: join(directory, String(runs++)), ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  const [stdout, stderr]: [string[], string[]] = [[], []]
  createInterface({ input: child.stdout }).on('line', (line) => stdout.push(line))
  createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line))
  return { child, stdout, stderr, ended: once(child, 'close').then(([code, signal]) => [code as number | null, signal as NodeJS.Signals | null] as const) }
}

async function started(environment: Readonly<Record<string, string>> = {}): Promise<Run & { readonly url: string }> {
  const process = run({ ...store, ...environment })
  await Promise.race([until(() => process.stdout.length > 0, 'the server is ready', 60_000), process.ended.then(() => { throw new Error(process.stderr.join('\n')) })])
  const [, url = ''] = /^Twinfold ready at (http:\/\/127\.0\.0\.1:\d+)$/.exec(process.stdout[0] ?? '') ?? []
  return { ...process, url }
}

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
})

afterAll(() => rm(directory, { recursive: true, force: true }))

describe('The process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('says one line when it is ready, and ends cleanly on %s, given once or, by a group, twice', async (signal) => {
    const { child, url, stdout, stderr, ended } = await started()
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready', parts: { store: true, schema: true, telemetry: true, accepting: true } })
    child.kill(signal)
    if (signal === 'SIGINT') child.kill(signal)
    expect(await ended).toEqual([0, null])
    expect(stdout).toEqual([`Twinfold ready at ${url}`])
    expect(stderr.filter((line) => !line.startsWith('{"level":30'))).toEqual([])
  })

  it('says plainly what is wrong with its configuration', async () => {
    const { stdout, stderr, ended } = run({ ...store, TWINFOLD_PORT: 'abc', TWINFOLD_DEMO: 'perhaps' })
    expect(await ended).toEqual([1, null])
    expect([stdout, stderr]).toEqual([[], ['twinfold: TWINFOLD_PORT is "abc"; it takes a whole number from 0 to 65535.', 'TWINFOLD_DEMO is "perhaps"; it takes on or off.']])
  })

  it('says plainly that its port is taken, or its store cannot be reached', async () => {
    const { url } = await started()
    const taken = run({ ...store, TWINFOLD_PORT: new URL(url).port })
    expect(await taken.ended).toEqual([1, null])
    expect(taken.stderr.join('\n')).toMatch(/^twinfold: .*TWINFOLD_PORT/m)
    const without = run({ ...store, NEO4J_URI: 'bolt://127.0.0.1:1' })
    expect(await without.ended).toEqual([1, null])
    expect(without.stderr[0]).toMatch(/^twinfold: The Neo4j server at bolt:\/\/127\.0\.0\.1:1 cannot be used\. Check .*NEO4J_URI/)
    const refused = run({ ...store, NEO4J_PASSWORD: 'wrong' })
    expect(await refused.ended).toEqual([1, null])
    expect(refused.stderr.join('\n')).toMatch(/cannot be used.*\n {2}because: .*unauthorized/is)
    for (const { stderr } of [taken, without, refused]) expect(stderr.join('\n')).not.toContain('    at ')
  })
})
