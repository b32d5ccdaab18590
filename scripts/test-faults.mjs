#!/usr/bin/env node
// npm run test:faults: what the server bears, beyond npm test: kills under load, full disks, damaged files, slow stores. Takes some minutes. Arguments go to vitest.
import { join } from 'node:path'
import { node24 } from './lib/packages.mjs'
import { prepare, root } from './lib/prepare.mjs'
import { run } from './lib/run.mjs'
import { installTestServers } from './lib/test-servers.mjs'

await prepare()
await installTestServers()
const vitest = join(root, 'node_modules', '.bin', 'vitest')
const { code } = await run(node24(root), [vitest, 'run', '--config', join(root, 'vitest.faults.config.ts'), ...process.argv.slice(2)], { cwd: root })
process.exitCode = code
