import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onnxModel } from '../../../examples/predictors/onnx-model.ts'
import { createStatisticsRuntime } from '../../../src/adapters/augurs/statistics-runtime.ts'
import { createFileArtifactStore } from '../../../src/adapters/file/artifact-store.ts'
import { createNeo4jPredictorStore } from '../../../src/adapters/neo4j/predictor-store.ts'
import { createOipRuntime } from '../../../src/adapters/oip/oip-runtime.ts'
import { createOnnxRuntime } from '../../../src/adapters/onnx/onnx-runtime.ts'
import type { ArtifactStore } from '../../../src/artifact/artifact-store.ts'
import { createHostRule } from '../../../src/prediction/allowed-hosts.ts'
import { createPredictorService } from '../../../src/prediction/create-predictor-service.ts'
import { checkCardInputs } from '../../../src/prediction/features/to-tensors.ts'
import { parseFeatures } from '../../../src/prediction/features/parse-features.ts'
import { createPredictorBook } from '../../../src/prediction/predictor-book.ts'
import type { CardRequest, OutputRequest, PredictorService, RegisterRequest } from '../../../src/prediction/predictor-service.ts'
import type { PredictorRuntime, RuntimeId } from '../../../src/prediction/runtime.ts'
import { newId } from '../../../src/util/id.ts'
import { registryOf } from '../../support/models.ts'
import { storedTenant, testDatabase } from '../../support/neo4j.ts'

const registry = registryOf([{
  '@context': ['dtmi:dtdl:context;3', 'dtmi:dtdl:extension:quantitativeTypes;1'], '@id': 'dtmi:t:Pump;1', '@type': 'Interface', contents: [
    { '@type': ['Telemetry', 'VolumeFlowRate'], name: 'flow', schema: 'double', unit: 'litrePerSecond' },
    { '@type': ['Telemetry', 'Pressure'], name: 'pressure', schema: 'double', unit: 'bar' },
    { '@type': 'Telemetry', name: 'note', schema: 'string' },
  ],
}])

/** y = x w + b, beside it x itself: of three numbers. */
const linear = onnxModel({
  inputs: [{ name: 'x', type: 'FP32', shape: ['rows', 3] }],
  outputs: [{ name: 'y', type: 'FP32', shape: ['rows', 2] }, { name: 'parts', type: 'FP32', shape: ['rows', 3] }],
  initializers: [{ name: 'w', shape: [3, 2], data: [1, 2, 3, 4, 5, 6] }, { name: 'b', shape: [2], data: [0.5, 1] }],
  nodes: [{ opType: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['y'] }, { opType: 'Identity', inputs: ['x'], outputs: ['parts'] }],
})
/** Says nothing of the shape of what it gives, which is one number for all rows together. */
const sumOfAll = onnxModel({
  inputs: [{ name: 'x', type: 'FP32', shape: ['rows', 3] }], outputs: [{ name: 'y', type: 'FP32' }],
  nodes: [{ opType: 'ReduceSum', inputs: ['x'], outputs: ['y'] }],
})

let service: PredictorService
let artifacts: ArtifactStore
let directory = ''
const runtimes: PredictorRuntime[] = [createOnnxRuntime({ processes: 1 }), createOipRuntime({ attempts: 1, isAllowed: createHostRule(['127.0.0.1']) }), createStatisticsRuntime()]

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'twinfold-predictors-'))
  artifacts = await createFileArtifactStore({ directory })
  const store = createNeo4jPredictorStore(testDatabase(), (await storedTenant('register')).tenant)
  service = createPredictorService({
    store, book: createPredictorBook(store), artifacts, runtimes: new Map<RuntimeId, PredictorRuntime>(runtimes.map((runtime) => [runtime.id, runtime])), registry: () => registry,
    parseFeatures, checkInputs: checkCardInputs, isAllowed: createHostRule(['127.0.0.1']),
  })
})
afterAll(async () => {
  for (const runtime of runtimes) await runtime[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

const card = (more: Partial<CardRequest> = {}): CardRequest => ({
  description: 'Scores a pump.', licence: 'MIT', model: 'dtmi:t:Pump;1',
  features: [{ name: 'flow', from: 'flow', unit: 'litrePerSecond' }, { name: 'flow before', from: 'flow', lag: 'PT1H' }, { name: 'hour', calendar: 'HOUR_OF_DAY' }],
  inputs: [{ tensor: 'x', type: 'FP32', features: ['flow', 'flow before', 'hour'] }],
  outputs: [{ name: 'score', tensor: 'y' }],
  ...more,
})
const output = (more: Partial<OutputRequest> = {}): OutputRequest => ({ name: 'score', tensor: 'y', ...more })

async function request(more: Partial<RegisterRequest> = {}, model = linear): Promise<RegisterRequest> {
  return { name: `p-${newId()}`, runtime: 'ONNX', artifact: await artifacts.keep(model), card: card(), ...more }
}

/** `code path: message` of each problem; none where it is registered. */
async function problemsOf(given: RegisterRequest): Promise<readonly string[]> {
  const registered = await service.register(given, { actor: 'ada' })
  if (registered.ok) return []
  if (registered.problem.kind !== 'Invalid') throw new Error(registered.problem.message)
  return registered.problem.problems.map(({ code, path, message }) => `${code} ${path?.slice(1).join('.')}: ${message}`)
}
const withCard = async (more: Partial<CardRequest>, model = linear): Promise<readonly string[]> => await problemsOf(await request({ card: card(more) }, model))

describe('a predictor that is registered', () => {
  it('is a candidate with its card, the next version where anything differs, and the same where nothing does', async () => {
    const given = await request({
      card: card({
        outputs: [output({ name: 'next', column: 1, telemetry: 'flow', unit: 'cubicMetrePerHour', horizon: 'PT1H', interval: { level: 0.9, lower: -1, upper: 2 } }), output({ name: 'why', tensor: 'parts', role: 'CONTRIBUTIONS', of: 'next' })],
        training: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z', rows: 744, dataSha256: 'c'.repeat(64) }, metrics: { rmse: 0.25, rows: 744n as unknown as number },
        reference: [{ feature: 'flow', sample: Array.from({ length: 20 }, (_, at) => at) }],
      }),
    })
    const first = await service.register(given, { actor: 'ada' })
    expect(first).toMatchObject({ ok: true, value: { isKnown: false, predictor: { id: `${given.name};1`, stage: 'CANDIDATE', createdBy: 'ada', model: { kind: 'artifact' } } } })
    if (!first.ok) return
    expect(first.value.predictor.card).toMatchObject({
      features: [{ name: 'flow', unit: 'litrePerSecond' }, { name: 'flow before', lag: 3_600_000_000 }, { name: 'hour', of: { kind: 'calendar' } }],
      outputs: [{ name: 'next', column: 1, role: 'VALUE', horizon: 3_600_000_000, interval: { level: 0.9, lower: -1, upper: 2 } }, { name: 'why', role: 'CONTRIBUTIONS', of: 'next' }],
      training: { from: 1_767_225_600_000_000, to: 1_769_904_000_000_000, rows: 744 }, metrics: { rmse: 0.25, rows: 744 }, model: 'dtmi:t:Pump;1',
    })
    expect(await service.register(given, { actor: 'eve' })).toEqual({ ok: true, value: { ...first.value, isKnown: true } })
    const other = await service.register({ ...given, card: { ...given.card, metrics: { rmse: 0.26 } } }, { actor: 'ada' })
    expect(other).toMatchObject({ ok: true, value: { isKnown: false, predictor: { version: 2 } } })
  })

  it('answers a key as it did the first time', async () => {
    const [given, idempotencyKey] = [await request(), newId()]
    const first = await service.register(given, { actor: 'ada', idempotencyKey })
    expect(first).toMatchObject({ ok: true, value: { isKnown: false } })
    expect(await service.register(given, { actor: 'ada', idempotencyKey })).toMatchObject({ ok: true, value: { isKnown: true } })
    expect(await service.register(await request(), { actor: 'ada', idempotencyKey })).toMatchObject({ ok: false, problem: { code: 'IDEMPOTENCY_KEY_REUSED' } })
    expect(await service.register(given, { actor: 'ada', idempotencyKey: '' })).toMatchObject({ ok: false, problem: { code: 'INVALID_INPUT' } })
  })

  it('is found by its name once it is active, and cannot be staged where there is none', async () => {
    const registered = await service.register(await request(), { actor: 'ada' })
    const { id = '', name = '' } = registered.ok ? registered.value.predictor : {}
    expect(await service.named(name)).toBeUndefined()
    expect(await service.setStage(id, 'ACTIVE')).toMatchObject({ ok: true, value: { stage: 'ACTIVE' } })
    expect(await service.named(name)).toMatchObject({ id, stage: 'ACTIVE' })
    expect(await service.setStage(`${name};7`, 'ACTIVE')).toMatchObject({ ok: false, problem: { kind: 'NotFound', code: 'NOT_FOUND' } })
  })

  it('may be of built-in statistics, whose options are looked at', async () => {
    const given = await request({
      runtime: 'STATISTICS', artifact: null, method: 'ETS', options: { horizon: 2 },
      card: card({ features: [{ name: 'history', from: 'flow', window: 'PT48H', every: 'PT1H' }], inputs: [{ tensor: 'history', type: 'FP64', features: ['history'] }], outputs: [output({ tensor: 'mean', column: 1, telemetry: 'flow' })] }),
    })
    expect(await problemsOf(given)).toEqual([])
    expect(await problemsOf({ ...given, options: { horizon: -2 } })).toEqual([expect.stringMatching(/^OUT_OF_BOUNDS options: .*horizon/)])
    expect(await problemsOf({ ...given, options: ['a'] })).toEqual([expect.stringMatching(/^WRONG_TYPE options/)])
    expect(await problemsOf({ ...given, card: { ...given.card, outputs: [output({ tensor: 'mean', column: 2 })] } })).toEqual([expect.stringMatching(/^WRONG_SHAPE card.outputs.0.column: .*from 0 to 1/)])
  })
})

describe('registering refuses', () => {
  it('a model that is not there, is no model, or is given as what the runtime does not take', async () => {
    const none = createHash('sha256').update(newId()).digest('hex')
    expect(await problemsOf(await request({ artifact: none }))).toEqual([`UNKNOWN_ARTIFACT artifact: There is no artifact ${none}. PUT the model to /artifacts/{sha256} first.`])
    expect(await problemsOf(await request({ artifact: 'abc' }))).toEqual([expect.stringMatching(/^UNKNOWN_ARTIFACT artifact: "abc" is no SHA-256/)])
    expect(await problemsOf(await request({}, new TextEncoder().encode('no model')))).toEqual([expect.stringMatching(/^BAD_ARTIFACT artifact: /)])
    expect(await problemsOf(await request({ artifact: null, method: 'ETS', options: {} }))).toEqual([expect.stringMatching(/^INVALID_INPUT method/), expect.stringMatching(/^INVALID_INPUT options/), expect.stringMatching(/^REQUIRED_MISSING artifact/)])
  })

  it('tensors that the model does not have, of other types and shapes', async () => {
    expect(await withCard({ inputs: [{ tensor: 'xs', type: 'FP32', features: ['flow', 'flow before', 'hour'] }] })).toEqual([
      'MISSING_INPUT card.inputs: The model takes the tensor "x", which no input of the card fills.', 'UNKNOWN_TENSOR card.inputs.0.tensor: The model takes no tensor "xs". Did you mean x?',
    ])
    expect(await withCard({ inputs: [{ tensor: 'x', type: 'FP64', features: ['hour', 'flow'] }] })).toEqual([
      'UNKNOWN_FEATURE card.features.1.name: The feature "flow before" fills no tensor. Name it in an input, or leave it out.',
      'WRONG_TYPE card.inputs.0.type: The model takes "x" as FP32, not as FP64.',
      'WRONG_SHAPE card.inputs.0.features: The model takes "x" as [n, 3], and these 2 features are [n, 2], n rows each.',
    ])
    expect(await withCard({ outputs: [output({ tensor: 'z' }), output({ name: 'b', column: 2 }), output({ name: 'c', role: 'CONTRIBUTIONS', of: 'b' })] })).toEqual([
      'UNKNOWN_TENSOR card.outputs.0.tensor: The model gives no tensor "z". Did you mean y?',
      'WRONG_SHAPE card.outputs.1.column: "b" is column 2 of "y" [n, 2], which has 2, from 0 to 1.',
      'WRONG_SHAPE card.outputs.2.tensor: "c" says how much each number of the first input contributes: 3 numbers a row, and "y" [n, 2] gives 2.',
    ])
  })

  it('a model whose signature says nothing and which, tried, does not give a row for a row', async () => {
    expect(await withCard({}, sumOfAll)).toEqual([expect.stringMatching(/^BAD_ARTIFACT artifact: The tensor y has 1 rows, of the 2 that were asked for/)])
  })

  it('features that contradict themselves, or are named twice', async () => {
    const { features } = card()
    expect(await withCard({ features: [...features.slice(0, 2), { name: 'flow', from: 'flwo', unit: 'litre', aggregate: 'MEAN' }] })).toEqual(expect.arrayContaining([
      expect.stringMatching(/^INVALID_INPUT card.features.2.aggregate/), expect.stringMatching(/^WRONG_UNIT|^UNKNOWN_TELEMETRY card.features.2.from: .*Did you mean flow/),
      expect.stringMatching(/^DUPLICATE_ITEM card.features.2.name/), expect.stringMatching(/^INVALID_INPUT card.inputs.0.features.2: .*hour/),
    ]))
    expect(await withCard({ features: features.map((each, at) => (at === 2 ? { ...each, name: 'a~b' } : each)), inputs: [{ tensor: 'x', type: 'FP32', features: ['flow', 'flow before', 'a~b'] }] })).toEqual([expect.stringMatching(/^INVALID_NAME card.features.2.name/)])
    expect(await withCard({ features: [], inputs: [], outputs: [] })).toEqual(expect.arrayContaining(['features', 'inputs', 'outputs'].map((list) => expect.stringMatching(new RegExp(`^OUT_OF_BOUNDS card.${list}:`)) as unknown)))
  })

  it('outputs with roles, bounds and intervals that do not go together', async () => {
    expect(await withCard({ outputs: [output({ role: 'LOWER', of: 'far away' }), output({ name: 'score@2' }), output({ name: 'b', of: 'score@2' }), output({ name: 'c', role: 'UPPER', telemetry: 'flow' })] })).toEqual([
      'UNKNOWN_OUTPUT card.outputs.0.of: The card has no VALUE of the name "far away". There are: score@2, b.',
      expect.stringMatching(/^INVALID_NAME card.outputs.1.name/), expect.stringMatching(/^UNKNOWN_OUTPUT card.outputs.2.of: A VALUE is of no other/),
      expect.stringMatching(/^UNKNOWN_OUTPUT card.outputs.3.of: UPPER is of a VALUE/), expect.stringMatching(/^UNKNOWN_TELEMETRY card.outputs.3.telemetry/),
    ])
    const interval = { level: 0.9, lower: -1, upper: 1 }
    expect(await withCard({ outputs: [output({ interval }), output({ name: 'low', role: 'LOWER', of: 'score', column: 1 })] })).toEqual([
      expect.stringMatching(/^DUPLICATE_ITEM card.outputs.0.interval: "score" has bounds that the model gives/), expect.stringMatching(/^UNKNOWN_OUTPUT card.outputs.1.role: "score" has a LOWER bound and no UPPER/),
    ])
    expect(await withCard({ outputs: [output({ interval: { level: 1, lower: 2, upper: 1 } })] })).toHaveLength(2)
    const bounds = [output({ name: 'low', role: 'LOWER', of: 'score', column: 1 }), output({ name: 'high', role: 'UPPER', of: 'score', column: 1 })]
    expect(await withCard({ outputs: [output({ level: 0.9 }), ...bounds] })).toEqual([])
    expect(await withCard({ outputs: [output({ level: 1 }), ...bounds.map((each) => ({ ...each, level: 0.9 })), output({ name: 'other', level: 0.9 })] })).toEqual([
      expect.stringMatching(/^OUT_OF_BOUNDS card.outputs.0.level: .*between 0 and 1, such as 0.9, not 1\./), ...[1, 2].map((at) => expect.stringMatching(new RegExp(`^UNKNOWN_OUTPUT card.outputs.${at}.level: `)) as unknown),
      expect.stringMatching(/^UNKNOWN_OUTPUT card.outputs.3.level: "other" has no outputs with the roles LOWER and UPPER/),
    ])
    expect(await withCard({ outputs: [output({ role: 'CONTRIBUTIONS', tensor: 'parts', of: 'x' })] })).toContain('UNKNOWN_OUTPUT card.outputs: No output has the role VALUE, so that nothing would be predicted.')
  })

  it('telemetry, models and units that there are not, or of another quantity', async () => {
    expect(await withCard({ outputs: [output({ telemetry: 'flwo' }), output({ name: 'b', telemetry: 'note' }), output({ name: 'c', telemetry: 'pressure', unit: 'litrePerSecond' }), output({ name: 'd', unit: 'lps' }), output({ name: 'e', telemetry: 'pressure' })] })).toEqual([
      'DUPLICATE_ITEM card.outputs.4.telemetry: Another output is about "pressure" at the same horizon, PT0S.',
      'UNKNOWN_TELEMETRY card.outputs.0.telemetry: dtmi:t:Pump;1 has no telemetry "flwo". Did you mean flow?',
      'WRONG_TYPE card.outputs.1.telemetry: Predictors give numbers, and "note" of dtmi:t:Pump;1 is none.',
      'WRONG_UNIT card.outputs.2.unit: c is in litrePerSecond, which cannot be converted into bar, the unit of pressure.',
      'WRONG_UNIT card.outputs.3.unit: "lps" is no unit of DTDL.',
    ])
    expect(await withCard({ model: 'dtmi:t:Pumps;1' })).toEqual(['UNKNOWN_MODEL card.model: No model "dtmi:t:Pumps;1" was published. Did you mean dtmi:t:Pump;1?'])
  })

  it('what a card says of its making where it cannot be so', async () => {
    const sample = Array.from({ length: 30 }, (_, at) => at)
    expect(await withCard({
      description: ' ', licence: '', training: { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z', dataSha256: 'x', rows: 0 }, metrics: { rmse: 'good' },
      reference: [{ feature: 'flow', sample: sample.toReversed() }, { feature: 'hour', sample: [1, 2] }, { feature: 'constructor', sample }],
    })).toEqual([
      expect.stringMatching(/^REQUIRED_MISSING card.description/), expect.stringMatching(/^REQUIRED_MISSING card.licence/),
      expect.stringMatching(/^WRONG_TIME card.training.to/), expect.stringMatching(/^WRONG_TYPE card.training.dataSha256/), expect.stringMatching(/^OUT_OF_BOUNDS card.training.rows/),
      expect.stringMatching(/^WRONG_TYPE card.metrics.rmse/),
      expect.stringMatching(/^WRONG_TYPE card.reference.0.sample: .* is not sorted/), expect.stringMatching(/^OUT_OF_BOUNDS card.reference.1.sample: .*from 20 to 1000 numbers, not 2/), expect.stringMatching(/^UNKNOWN_FEATURE card.reference.2.feature/),
    ])
    expect(await problemsOf(await request({ name: 'a;1' }))).toEqual([expect.stringMatching(/^INVALID_NAME name/)])
  })
})

describe('a model on another server', () => {
  const remote = { url: 'http://127.0.0.1:1', model: 'pump' }
  const of = async (more: object): Promise<readonly string[]> => await problemsOf(await request({ runtime: 'OIP', artifact: null, remote: { ...remote, ...more } }))

  it('is only looked for at hosts that are allowed, and nowhere but over HTTP', async () => {
    expect(await of({ url: 'http://169.254.169.254/latest' })).toEqual(['FORBIDDEN_HOST remote.url: The server may not call 169.254.169.254. Add it to TWINFOLD_PREDICTOR_HOSTS.'])
    for (const url of ['file:///etc/passwd', 'ftp://127.0.0.1', 'nonsense', 'http://user:secret@127.0.0.1', 'http://127.0.0.1/?token=1']) expect(await of({ url })).toEqual([expect.stringMatching(/^INVALID_INPUT remote.url/)])
    expect(await of({ model: '', version: 'a\nb', timeout: 'PT10M' })).toEqual([expect.stringMatching(/^INVALID_NAME remote.model/), expect.stringMatching(/^INVALID_NAME remote.version/), expect.stringMatching(/^OUT_OF_BOUNDS remote.timeout/)])
  })

  it('is refused where its server does not answer, and taken where it does, though it says nothing of its tensors', async () => {
    expect(await of({ timeout: 'PT2S' })).toEqual([expect.stringMatching(/^MODEL_UNREACHABLE remote: /)])
    const server = createServer((asked, response) => {
      const isInfer = asked.url?.endsWith('/infer') === true
      asked.resume().on('end', () => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(isInfer ? { model_name: 'pump', outputs: [{ name: 'y', datatype: 'FP32', shape: [2, 1], data: [1, 2] }] } : { name: 'pump', platform: 'test', versions: ['1'] }))
      })
    })
    const { promise, resolve } = Promise.withResolvers<undefined>()
    server.listen(0, '127.0.0.1', () => { resolve(undefined) })
    await promise
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? String(address?.port) : ''}/v2/`
    expect(await of({ url, encoding: 'JSON' })).toEqual([])
    server.close()
  })

  it('may be at hosts by name, by port, and below a domain', () => {
    const isAllowed = createHostRule(['models.example.org', '*.svc.local:8000', ' [::1]:9000 ', ''])
    const said = ['http://models.example.org:1234', 'https://MODELS.example.org', 'http://a.svc.local:8000', 'http://[::1]:9000', 'http://a.svc.local', 'http://svc.local:8000', 'http://evil-models.example.org', 'http://[::1]'].map((url) => isAllowed(new URL(url)))
    expect(said).toEqual([true, true, true, true, false, false, false, false])
    expect(createHostRule([])(new URL('http://127.0.0.1'))).toBe(false)
  })
})
