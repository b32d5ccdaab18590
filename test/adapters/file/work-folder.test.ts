import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createWorkFolder } from '../../../src/adapters/file/work-folder.ts'

const onTrouble = (error: unknown): never => { throw error }
const module = new URL('../../../src/adapters/file/work-folder.ts', import.meta.url).href
/** Makes a work folder in another process, which lives on; resolves to its name. */
async function inAnotherProcess(parent: string): Promise<{ readonly name: string; kill(): Promise<void> }> {
  const program = `const { createWorkFolder } = await import('${module}'); const { path } = await createWorkFolder({ parent: process.argv[1], onTrouble: (error) => { throw error } }); process.stdout.write(path); setInterval(() => undefined, 1_000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, parent], { stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  onTestFinished(kill)
  const [path] = await once(child.stdout, 'data', { signal: AbortSignal.timeout(30_000) }) as [Buffer]
  return { name: basename(String(path)), kill }
}

test('what a process that was killed has left is removed by the next one, and nothing of those that live', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'twinfold-work-folder-test-'))
  onTestFinished(() => rm(parent, { recursive: true }))
  const [killed, alive] = [await inAnotherProcess(parent), await inAnotherProcess(parent)]
  await writeFile(join(parent, killed.name, 'model'), 'x')
  await writeFile(join(parent, 'twinfold-work-of-somebody-else'), '')
  await killed.kill()
  const first = await createWorkFolder({ parent, onTrouble })
  const second = await createWorkFolder({ parent, onTrouble })
  expect((await readdir(parent)).toSorted()).toEqual([alive.name, basename(first.path), basename(second.path), 'twinfold-work-of-somebody-else'].toSorted())
  await first[Symbol.asyncDispose]()
  await second[Symbol.asyncDispose]()
  expect((await readdir(parent)).toSorted()).toEqual([alive.name, 'twinfold-work-of-somebody-else'].toSorted())
})
