// node examples/remaining-life/train.ts: makes network.json of the training set of C-MAPSS FD001, in about a minute.
import { writeFileSync } from 'node:fs'
import { readEngines } from './engines.ts'
import { trainingSet } from './data-set.ts'
import { conformalShift, crossPredict, evaluate, fit, labelled, widened } from './fit.ts'
import { featureNames } from './features.ts'

const [folds, seed, sampleSize] = [5, 7, 200]

const engines = readEngines(trainingSet)
const held = crossPredict(engines, folds)
const metrics = Object.fromEntries(Object.entries(evaluate(held)).map(([name, value]) => [name, Number(value.toPrecision(4))]))
const rows = labelled(engines)
const network = widened(fit(rows, seed), conformalShift(held))
const reference = featureNames.map((feature, column) => {
  const sorted = rows.map(({ row }) => row[column] ?? NaN).sort((one, other) => one - other)
  return { feature, sample: Array.from({ length: sampleSize }, (_, part) => Number((sorted[Math.floor(((part + 0.5) / sampleSize) * sorted.length)] ?? NaN).toPrecision(9))) }
})
writeFileSync(new URL('network.json', import.meta.url), `${JSON.stringify({ network, metrics, rows: rows.length, reference })}\n`)
process.stdout.write(`${engines.length} engines, ${rows.length} rows; engines that were not seen: ${JSON.stringify(metrics)}\n`)
