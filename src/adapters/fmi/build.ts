import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Those that drive FMUs, and those that say how. */
const folders = ['.', '../../simulation/fmi']

/** SHA-256 over the modules of ours that the results of FMUs depend on; the FMUs themselves runs name by their hashes. Reads them: to be asked once. */
export function fmiBuild(): string {
  const hash = createHash('sha256')
  for (const folder of folders.map((each) => join(dirname(fileURLToPath(import.meta.url)), each))) {
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.ts') && !each.endsWith('.d.ts')).sort()) hash.update(readFileSync(join(folder, name)))
  }
  return hash.digest('hex')
}
