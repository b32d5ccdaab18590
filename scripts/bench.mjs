#!/usr/bin/env node
// npm run bench: installs what it needs as npm start does, then measures.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { provisionNeo4j } from './lib/neo4j.mjs'
import { installPackages, node24 } from './lib/packages.mjs'
import { run } from './lib/run.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
installPackages(root)
provisionNeo4j(root)
process.exitCode = await run(node24(root), [join(root, 'bench/run.ts')])
