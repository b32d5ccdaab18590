#!/usr/bin/env node
// npm start: everything a bare clone needs, then the server. Runs on the system's Node with nothing installed.
import { join } from 'node:path'
import { node24 } from './lib/packages.mjs'
import { prepare, root } from './lib/prepare.mjs'
import { run } from './lib/run.mjs'

await prepare()
const { code } = await run(node24(root), [join(root, 'src/main.ts')])
process.exitCode = code
