// node examples/leak-detector/train.ts [http://127.0.0.1:4000]: makes detector.json of the two training sets, through the API of a server that has no C-Town yet.
import { writeFileSync } from 'node:fs'
import { connect } from '../client.ts'
import { detectorModel } from './detector-model.ts'
import { sha256Of, toParameters } from './parameters.ts'
import { hasScada } from './scada.ts'
import { train } from './training.ts'

if (!hasScada) throw new Error('This needs the data sets of ../shared/data/water/batadal.')
const print = (text: string): void => void process.stdout.write(`${text}\n`)
const { detector, score, threshold, tried } = await train(connect(process.argv[2] ?? 'http://127.0.0.1:4000'), async (step, work) => {
  print(step)
  return await work()
})
const path = new URL('detector.json', import.meta.url)
writeFileSync(path, toParameters(detector))
print(`${path.pathname}; the model of it has the SHA-256 ${sha256Of(detectorModel(detector))}`)
print(`worst hours of the clean year, by quarters that were not fitted: ${threshold.worstUnseen.map((each) => each.toFixed(2)).join(', ')}; silent from ${threshold.silent.toFixed(2)} on`)
print(`training set 2: S ${score.s.toFixed(4)}, detected after ${score.detectedAfter.map((hours) => hours ?? 'never').join(', ')} hours`)
for (const { settings, score: { s } } of tried) print(`threshold ${settings.threshold}, held ${settings.holdHours} h: S ${s.toFixed(4)}`)
