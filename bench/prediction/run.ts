// npm run bench prediction: models beside the bare library, predictions through the API, forecasts. Prints Markdown. BENCH_PARTS=onnx,api,accuracy,speed has some of it alone.
import { cpus, loadavg } from 'node:os'
import { describeApi, measureApi } from './api.ts'
import { measureAccuracy, measureSpeed } from './forecast.ts'
import { describeOnnx, measureOnnx } from './onnx.ts'

const wanted = process.env['BENCH_PARTS']?.split(',')
const isWanted = (part: string): boolean => !wanted || wanted.includes(part)
const load = (): string => `load ${loadavg().map((each) => each.toFixed(1)).join(' ')}`

console.log(`${cpus().length} cores (${cpus()[0]?.model ?? '?'}), Node ${process.version}, ${load()}`)
if (isWanted('onnx')) console.log(`\n${describeOnnx(await measureOnnx())}`)
if (isWanted('api')) console.log(`\n${describeApi(await measureApi())}`)
if (isWanted('accuracy')) measureAccuracy()
if (isWanted('speed')) await measureSpeed()
console.log(`\n${load()}`)
