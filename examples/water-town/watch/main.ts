import { connect } from '../../client.ts'
import { leakRule } from './water-balance.ts'
import { watchForLeaks } from './watch.ts'

/** `npm run watch-leaks [-- http://127.0.0.1:4000]` */
const { predictor, run } = await watchForLeaks(connect(process.argv[2] ?? 'http://127.0.0.1:4000'))
process.stdout.write(`${predictor} predicts as readings arrive (run ${run}); the rule ${JSON.stringify(leakRule.name)} watches what it says.\nOpen a leak: npm run breathe -- --backfill PT1H --leak north-b2=6\n`)
