import type { ArtifactStore } from '../artifact/artifact-store.ts'
import { canonicalJson } from '../model/canonical-json.ts'
import type { Registry } from '../model/registry.ts'
import { type Invalid, toInvalid } from '../problem.ts'
import { done, refused, type Result } from '../util/result.ts'
import { sha256 } from '../util/sha256.ts'
import type { HostRule } from './allowed-hosts.ts'
import { type CardProblems, createCardProblems, isName, nameRule, shown } from './card-problems.ts'
import { checkCard, type CheckInputs } from './check-card.ts'
import { findModel } from './open-model.ts'
import { parseCard, type ParseFeatures } from './parse-card.ts'
import { parseStoredModel } from './parse-stored-model.ts'
import { widthOf } from './feature.ts'
import type { FeatureRows } from './features/bound-features.ts'
import { scoreRows } from './inference/score-rows.ts'
import type { ModelCard } from './model-card.ts'
import type { StoredModel } from './predictor.ts'
import type { RegisterRequest } from './predictor-service.ts'
import type { NewPredictor } from './predictor-store.ts'
import { type ModelRef, PredictorError, type PredictorRuntime, type RuntimeId } from './runtime.ts'
import type { Signature } from './tensor.ts'

export interface RegistrationConfig {
  readonly artifacts: Pick<ArtifactStore, 'path'>
  readonly runtimes: ReadonlyMap<RuntimeId, Pick<PredictorRuntime, 'inspect' | 'infer'>>
  readonly registry: () => Registry
  readonly parseFeatures: ParseFeatures
  readonly checkInputs: CheckInputs
  /** Hosts that the server may call. */
  readonly isAllowed: HostRule
}

/** A longer card is no card: it is read whole by whoever predicts. */
const longestCard = 8_000_000

/** From a mutation's input to a predictor that can be stored: opens the model and looks at its tensors. Everything that is wrong is said at once, by paths in the input. */
export async function prepareRegistration(config: RegistrationConfig, request: RegisterRequest, actor: string, signal: AbortSignal | undefined): Promise<Result<NewPredictor, Invalid>> {
  const problems = createCardProblems()
  const { name, runtime } = request
  if (!isName(name)) problems.wrong('INVALID_NAME', ['name'], `${shown(name)} cannot be the name of a predictor. ${nameRule}`)
  const { card, problems: wrongCard } = parseCard(request.card, config.parseFeatures, config.registry())
  const model = parseStoredModel(request, config.isAllowed, problems)
  const opened = model && await open(config, runtime, model, problems, signal)
  const text = canonicalJson(card)
  if (text.length > longestCard) problems.wrong('TOO_LARGE', ['card'], `A card has at most ${longestCard.toLocaleString('en')} characters, not ${text.length.toLocaleString('en')}.`)
  const within = [...wrongCard, ...checkCard(card, { name, signature: opened?.signature, registry: config.registry(), checkInputs: config.checkInputs })]
  if (opened && problems.all.length + within.length === 0) await tryOut(opened, card, model, problems, signal)
  const invalid = toInvalid([...problems.all, ...within].map((problem) => ({ ...problem, path: ['input', ...problem.path ?? []] })))
  if (invalid) return refused(invalid)
  if (!model) throw new Error('A model that cannot be kept was refused without a problem.')
  return done({ name, runtime, model, card, build: sha256(canonicalJson({ runtime, model, card })), createdBy: actor })
}

interface Opened {
  readonly runtime: Pick<PredictorRuntime, 'infer'>
  readonly ref: ModelRef
  readonly signature: Signature
}

async function open({ artifacts, runtimes }: RegistrationConfig, id: RuntimeId, model: StoredModel, problems: CardProblems, signal: AbortSignal | undefined): Promise<Opened | undefined> {
  const runtime = runtimes.get(id)
  if (!runtime) {
    problems.wrong('UNSUPPORTED', ['runtime'], `This server has no runtime ${id}, but ${[...runtimes.keys()].join(', ') || 'none'}.`)
    return undefined
  }
  const ref = await findModel(model, artifacts)
  if (!ref) {
    problems.wrong('UNKNOWN_ARTIFACT', ['artifact'], `There is no artifact ${model.kind === 'artifact' ? model.sha256 : ''}. PUT the model to /artifacts/{sha256} first.`)
    return undefined
  }
  try {
    return { runtime, ref, signature: await runtime.inspect(ref, signal) }
  } catch (error) {
    told(error, model, problems)
    return undefined
  }
}

/** What a runtime finds wrong with a model is a refusal; anything else is thrown on. */
function told(error: unknown, { kind }: StoredModel, { wrong }: CardProblems): void {
  if (!(error instanceof PredictorError)) throw error
  wrong(error.isRetryable ? 'MODEL_UNREACHABLE' : kind === 'method' ? 'OUT_OF_BOUNDS' : 'BAD_ARTIFACT', [{ artifact: 'artifact', remote: 'remote', method: 'options' }[kind]], error.message)
}

/**
 * Two rows as training had them, or of zeros where the card does not say, through the model: what a signature leaves open shows here. Statistics need a history that means
 * something, and are our own.
 */
async function tryOut({ runtime, ref }: Opened, card: ModelCard, model: StoredModel, problems: CardProblems, signal: AbortSignal | undefined): Promise<void> {
  if (model.kind === 'method') return
  try {
    const scored = await scoreRows({ runtime, model: ref, card }, usualRows(card), signal)
    for (const [output, { role }] of card.outputs.entries()) scored.at(1, role === 'CONTRIBUTIONS' ? { kind: 'contribution', output, numbers: [0] } : { kind: 'value', output, plus: 0 })
  } catch (error) {
    told(error, model, problems)
  }
}

function usualRows({ features, inputs, reference }: ModelCard): FeatureRows {
  const samples = new Map(Object.entries(reference))
  const isWhole = (name: string): boolean => inputs.some(({ type, features: names }) => names.includes(name) && type !== 'FP32' && type !== 'FP64')
  const row = features.flatMap((spec) => {
    const sample = isWhole(spec.name) ? [] : samples.get(spec.name) ?? []
    return Array.from({ length: widthOf(spec) }, () => sample[sample.length >> 1] ?? 0)
  })
  return { twins: Uint32Array.of(0, 0), at: Float64Array.of(0, 0), values: Float64Array.from([...row, ...row]), width: row.length }
}
