#!/usr/bin/env node
// npm start: everything a bare clone needs, then the server. Runs on the system's Node with nothing installed.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { provisionNeo4j } from './lib/neo4j.mjs'
import { installPackages, node24 } from './lib/packages.mjs'
import { checkRequirements } from './lib/requirements.mjs'
import { run } from './lib/run.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const embedded = !process.env.NEO4J_URI
checkRequirements({ embedded })
installPackages(root)
if (embedded) provisionNeo4j(root)
process.exitCode = await run(node24(root), [join(root, 'src/main.ts')])
