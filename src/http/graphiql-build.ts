import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../util/environment.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const source = join(root, 'explorer/graphiql')

/**
 * Where the page lies that is built from these sources and these packages: another version is another directory, and nothing is ever stale.
 * `.cache/graphiql/<16 hexadecimal digits>`.
 */
export async function graphiqlDirectory(cache = join(root, '.cache')): Promise<string> {
  const hash = createHash('sha256')
  const files = (await readdir(source)).sort().map((name) => join(source, name))
  for (const file of [join(root, 'package-lock.json'), ...files]) hash.update(await readFile(file)).update('\0')
  return join(cache, 'graphiql', hash.digest('hex').slice(0, 16))
}

/** Builds the page in a child process, unless it is there. Takes a few seconds; throws with what the build printed. */
export async function buildGraphiql(directory: string, { environment, signal }: { environment: Environment; signal?: AbortSignal }): Promise<void> {
  if (await stat(directory).then(() => true, () => false)) return
  await mkdir(dirname(directory), { recursive: true })
  const child = spawn(process.execPath, [join(source, 'build.mjs'), directory], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...environment, NODE_ENV: 'production' }, ...(signal && { signal }) })
  const printed: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => printed.push(chunk))
  const [code] = await once(child, 'close') as [number | null]
  if (code !== 0) throw new Error(`GraphiQL was not built (exit code ${String(code)}):\n${Buffer.concat(printed).toString().slice(-4_000)}`)
}
