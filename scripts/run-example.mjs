#!/usr/bin/env node
// node scripts/run-example.mjs <script> [arguments]: an example that talks to a server that runs, such as `npm run breathe`. Installs what it needs as npm start does, but no database.
import { join } from 'node:path'
import { installPackages, node24 } from './lib/packages.mjs'
import { root } from './lib/prepare.mjs'
import { requireNode } from './lib/requirements.mjs'
import { run } from './lib/run.mjs'

requireNode()
await installPackages(root)
const [example, ...rest] = process.argv.slice(2)
const { code } = await run(node24(root), [join(root, example), ...rest])
process.exitCode = code
