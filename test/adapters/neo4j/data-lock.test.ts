import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lockDataDirectory } from '../../../src/adapters/neo4j/embedded/data-lock.ts'

const module = fileURLToPath(new URL('../../../src/adapters/neo4j/embedded/data-lock.ts', import.meta.url))

let directory: string
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'twinfold-lock-')) })
afterEach(() => rm(directory, { recursive: true }))

/** Another process that takes the lock, says so, and stays. */
async function otherHolder(): Promise<{ readonly pid: number; kill(): Promise<void> }> {
  const text = `const { lockDataDirectory } = await import(${JSON.stringify(module)}); await lockDataDirectory(${JSON.stringify(directory)}); console.log('locked'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', text], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return {
    pid: child.pid ?? 0,
    async kill() {
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    },
  }
}

describe('A data directory', () => {
  test('that another process works in is refused, with its pid, the path and what to do', async () => {
    const other = await otherHolder()
    await expect(lockDataDirectory(directory)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_IN_USE', message: `The data directory ${directory} is in use by the process ${other.pid}. Stop that one, or give this one a directory of its own in TWINFOLD_DATA.` })
    await other.kill()
  })

  test('whose process was killed is taken over, and leaves nothing behind when it is given back', async () => {
    await (await otherHolder()).kill()
    expect(await readdir(directory)).toEqual(['twinfold.lock'])
    const lock = await lockDataDirectory(directory)
    expect(await readdir(directory)).toEqual(['twinfold.lock'])
    await lock[Symbol.asyncDispose]()
    expect(await readdir(directory)).toEqual([])
  })

  test('whose pid belongs to another process by now is taken over', async () => {
    await (await lockDataDirectory(directory))[Symbol.asyncDispose]()
    await writeFile(join(directory, 'twinfold.lock'), `${process.pid} 1`)
    await (await lockDataDirectory(directory))[Symbol.asyncDispose]()
  })

  test.each(['', '17', 'nonsense', '-1 5', '0 0', '99999999999 4'])('with a lock that names no process (%j) is taken over', async (text) => {
    await writeFile(join(directory, 'twinfold.lock'), text)
    await using _ = await lockDataDirectory(directory)
    expect(await readFile(join(directory, 'twinfold.lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} .+$`))
  })

  test('goes to exactly one of many that want it at once, stale lock or none', async () => {
    for (let round = 0; round < 30; round++) {
      if (round % 2 === 1) await writeFile(join(directory, 'twinfold.lock'), `${process.pid} 1`)
      const attempts = await Promise.allSettled(Array.from({ length: 12 }, () => lockDataDirectory(directory)))
      const won = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
      expect(won).toHaveLength(1)
      for (const attempt of attempts) if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' })
      await won[0]?.[Symbol.asyncDispose]()
      expect(await readdir(directory)).toEqual([])
    }
  })
})
