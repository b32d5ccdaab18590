// node examples/remaining-life/predict.ts http://127.0.0.1:4000 lives.csv: what the test set's engines have left after their last flight, through the API of a server.
import { writeFileSync } from 'node:fs'
import { connect } from '../client.ts'
import { testSet } from './data-set.ts'
import { readEngines } from './engines.ts'
import { commission, remainingLives, twinOf } from './fleet.ts'

const [, , url = 'http://127.0.0.1:4000', path = 'lives.csv'] = process.argv
const engines = readEngines(testSet)
const lastDay = Math.max(...engines.map(({ cycles }) => cycles.length)) - 1
const client = connect(url)
await commission(client, engines, lastDay)
const lives = new Map((await remainingLives(client, engines, lastDay)).map((each) => [each.twin, each]))
writeFileSync(path, ['unit,days,earliest,latest', ...engines.map((engine) => {
  const { days, earliest, latest } = lives.get(twinOf(engine)) ?? { days: NaN, earliest: NaN, latest: NaN }
  return [engine.unit, ...[days, earliest, latest].map((value) => value.toFixed(1))].join(',')
}), ''].join('\n'))
process.stdout.write(`${path}: ${lives.size} engines\n`)
