#!/usr/bin/env node
// npm run bench: installs what it needs as npm start does, then measures.
import { join } from 'node:path'
import { node24 } from './lib/packages.mjs'
import { prepare, root } from './lib/prepare.mjs'
import { run } from './lib/run.mjs'

await prepare()
const { code } = await run(node24(root), [join(root, 'bench/run.ts')])
process.exitCode = code
