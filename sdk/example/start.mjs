#!/usr/bin/env node
// npm run sdk:example: installs what it needs as npm start does, then runs the example. With TWINFOLD_URL, against that server, which nobody restarts.
import { join } from 'node:path'
import { installPackages, node24 } from '../../scripts/lib/packages.mjs'
import { prepare, root } from '../../scripts/lib/prepare.mjs'
import { requireNode } from '../../scripts/lib/requirements.mjs'
import { run } from '../../scripts/lib/run.mjs'

if (process.env.TWINFOLD_URL) {
  requireNode()
  await installPackages(root)
} else await prepare()
const { code } = await run(node24(root), [join(root, 'sdk/example/run.ts')], { cwd: root })
process.exitCode = code
