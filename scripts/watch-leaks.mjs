#!/usr/bin/env node
// npm run watch-leaks: a server that runs watches the demo town for leaks. Installs what it needs as npm start does, but no database.
import { join } from 'node:path'
import { installPackages, node24 } from './lib/packages.mjs'
import { root } from './lib/prepare.mjs'
import { requireNode } from './lib/requirements.mjs'
import { run } from './lib/run.mjs'

requireNode()
await installPackages(root)
const { code } = await run(node24(root), [join(root, 'examples/water-town/watch/main.ts'), ...process.argv.slice(2)])
process.exitCode = code
