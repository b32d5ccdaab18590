import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The module that computes. */
export const epanetProgram = new URL('program.ts', import.meta.url)

/** Of the toolkit in epanet-js 0.9.0. */
export const epanetVersion = '2.3.5'

/** SHA-256 over the toolkit and the modules that drive it. Reads them: to be asked once. */
export function epanetBuild(): string {
  const hash = createHash('sha256')
  const folder = dirname(fileURLToPath(import.meta.url))
  const toolkit = join(dirname(createRequire(import.meta.url).resolve('epanet-js')), 'index.mjs')
  const own = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts')).sort().map((name) => join(folder, name))
  for (const path of [toolkit, ...own]) hash.update(readFileSync(path))
  return hash.digest('hex')
}
