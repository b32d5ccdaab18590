import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The module that computes. */
export const epanetProgram = new URL('program.ts', import.meta.url)

/** Of the toolkit in epanet-js 0.9.0. */
export const epanetVersion = '2.3.5'

/** Of the modules that drive the toolkit and that write what it reads. */
const folders = ['.', '../../simulation/epanet/inp']

/** The modules of ours that results depend on. */
export const epanetModules = (): readonly string[] => folders.map((folder) => join(dirname(fileURLToPath(import.meta.url)), folder))
  .flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts')).sort().map((name) => join(folder, name)))

/** SHA-256 over the toolkit and the modules that it is driven by. Reads them: to be asked once. */
export function epanetBuild(): string {
  const hash = createHash('sha256')
  const toolkit = join(dirname(createRequire(import.meta.url).resolve('epanet-js')), 'index.mjs')
  for (const path of [toolkit, ...epanetModules()]) hash.update(readFileSync(path))
  return hash.digest('hex')
}
