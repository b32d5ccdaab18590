import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { step } from './run.mjs'
import { giveUp } from './say.mjs'

/** Installs the packages when they are not those of the lockfile. */
export async function installPackages(root) {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex')
  const stamp = join(root, 'node_modules', '.twinfold-lock')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock && existsSync(node24(root))) return
  await step('installing packages (once; a minute or two)', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, remedy: 'Check the network and the npm registry, then start again.' })
  const node = spawnSync(node24(root), ['--version'], { encoding: 'utf8' })
  if (!node.stdout?.startsWith('v24.')) giveUp('The project\'s own Node 24 is missing: packages were installed without their install scripts.', 'Run: npm rebuild node --ignore-scripts=false')
  writeFileSync(stamp, lock)
}

/** The project's own Node. */
export const node24 = (root) => join(root, 'node_modules', '.bin', 'node')
