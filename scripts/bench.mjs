#!/usr/bin/env node
// npm run bench: installs what it needs as npm start does, then measures reads and mutations of the graph; `npm run bench telemetry` measures telemetry, `npm run bench live` subscriptions, `npm run bench time` the past and scenarios, `npm run bench simulation` runs, `npm run bench prediction` models and forecasts, `npm run bench batadal` a detector of attacks on a water network.
import { join } from 'node:path'
import { node24 } from './lib/packages.mjs'
import { prepare, root } from './lib/prepare.mjs'
import { run } from './lib/run.mjs'
import { giveUp } from './lib/say.mjs'

const benches = { graph: 'bench/run.ts', telemetry: 'bench/telemetry/run.ts', live: 'bench/live/run.ts', time: 'bench/time/run.ts', simulation: 'bench/simulation/run.ts', prediction: 'bench/prediction/run.ts', batadal: 'bench/batadal/run.ts' }
const [name = 'graph'] = process.argv.slice(2)
if (!Object.hasOwn(benches, name)) giveUp(`There is no bench ${name}.`, `Choose one of ${Object.keys(benches).join(', ')}.`)

await prepare()
const { code } = await run(node24(root), [join(root, benches[name])])
process.exitCode = code
