import type { ArtifactStore } from '../artifact/artifact-store.ts'
import { canonicalJson } from '../model/canonical-json.ts'
import type { Registry } from '../model/registry.ts'
import { type Invalid, toInvalid } from '../problem.ts'
import { done, refused, type Result } from '../util/result.ts'
import { sha256 } from '../util/sha256.ts'
import type { HostRule } from './allowed-hosts.ts'
import { type CardProblems, createCardProblems, isName, nameRule, shown } from './card-problems.ts'
import { checkCard, type CheckInputs } from './check-card.ts'
import { parseCard, type ParseFeatures } from './parse-card.ts'
import { parseStoredModel } from './parse-stored-model.ts'
import type { StoredModel } from './predictor.ts'
import type { RegisterRequest } from './predictor-service.ts'
import type { NewPredictor } from './predictor-store.ts'
import { type ModelRef, PredictorError, type PredictorRuntime, type RuntimeId } from './runtime.ts'
import type { Signature } from './tensor.ts'

export interface RegistrationConfig {
  readonly artifacts: Pick<ArtifactStore, 'path'>
  readonly runtimes: ReadonlyMap<RuntimeId, Pick<PredictorRuntime, 'inspect'>>
  readonly registry: () => Pick<Registry, 'get' | 'models'>
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
  const { card, problems: wrongCard } = parseCard(request.card, config.parseFeatures)
  const model = parseStoredModel(request, config.isAllowed, problems)
  const signature = model && await inspect(config, runtime, model, problems, signal)
  const text = canonicalJson(card)
  if (text.length > longestCard) problems.wrong('TOO_LARGE', ['card'], `A card has at most ${longestCard.toLocaleString('en')} characters, not ${text.length.toLocaleString('en')}.`)
  const all = [...problems.all, ...wrongCard, ...checkCard(card, { signature, registry: config.registry(), checkInputs: config.checkInputs })]
  const invalid = toInvalid(all.map((problem) => ({ ...problem, path: ['input', ...problem.path ?? []] })))
  if (invalid) return refused(invalid)
  if (!model) throw new Error('A model that cannot be kept was refused without a problem.')
  return done({ name, runtime, model, card, build: sha256(canonicalJson({ runtime, model, card })), createdBy: actor })
}

async function inspect({ artifacts, runtimes }: RegistrationConfig, runtime: RuntimeId, model: StoredModel, { wrong }: CardProblems, signal: AbortSignal | undefined): Promise<Signature | undefined> {
  const found = runtimes.get(runtime)
  if (!found) {
    wrong('UNSUPPORTED', ['runtime'], `This server has no runtime ${runtime}, but ${[...runtimes.keys()].join(', ') || 'none'}.`)
    return undefined
  }
  const ref = await toModelRef(artifacts, model)
  if (!ref) {
    wrong('UNKNOWN_ARTIFACT', ['artifact'], `There is no artifact ${model.kind === 'artifact' ? model.sha256 : ''}. PUT the model to /artifacts/{sha256} first.`)
    return undefined
  }
  try {
    return await found.inspect(ref, signal)
  } catch (error) {
    if (!(error instanceof PredictorError)) throw error
    wrong(error.isRetryable ? 'MODEL_UNREACHABLE' : model.kind === 'method' ? 'OUT_OF_BOUNDS' : 'BAD_ARTIFACT', [{ artifact: 'artifact', remote: 'remote', method: 'options' }[model.kind]], error.message)
    return undefined
  }
}

async function toModelRef(artifacts: Pick<ArtifactStore, 'path'>, model: StoredModel): Promise<ModelRef | undefined> {
  if (model.kind !== 'artifact') return model
  const path = await artifacts.path(model.sha256)
  return path === undefined ? undefined : { ...model, path }
}
