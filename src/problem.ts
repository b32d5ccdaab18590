/**
 * Refusals: what a correct client can meet, returned as values and shown typed in the API (SDL: `interface Problem`).
 * `kind` is the GraphQL type name.
 */
export type Problem = NotFound | Conflict | Invalid | LimitReached | Unsupported | ScenarioConflicts

interface ProblemOf<Kind extends string> {
  readonly kind: Kind
  /** Stable and upper case; its meaning and remedy stand in docs/errors.md. */
  readonly code: ProblemCode
  /** One sentence: what was wrong, where, what to do. */
  readonly message: string
  /** Where in the mutation's arguments, such as `['twins', '3', 'properties', 'ratedFlow']`. */
  readonly path?: readonly string[]
}

export interface NotFound extends ProblemOf<'NotFound'> { readonly id: string }
export interface Conflict extends ProblemOf<'Conflict'> { readonly expected?: number; readonly actual?: number }
export interface Invalid extends ProblemOf<'Invalid'> { readonly problems: readonly ItemProblem[] }
export interface LimitReached extends ProblemOf<'LimitReached'> { readonly limit: number; readonly actual?: number }
export type Unsupported = ProblemOf<'Unsupported'>
export interface ScenarioConflicts extends ProblemOf<'ScenarioConflicts'> { readonly conflicts: readonly ScenarioConflict[] }

/** One edit of a scenario that does not go together with what its base has become. */
export interface ScenarioConflict {
  readonly code: ProblemCode
  readonly message: string
  /** Of a relationship: its source. */
  readonly twinId: string
  readonly relationship: { readonly id: string; readonly name: string; readonly from: string; readonly to: string } | null
  /** Names of the properties that the scenario says something of; of components as `component.property`. */
  readonly properties: readonly string[]
  /** The version it had in the base when the scenario edited it first; null: it was not there. */
  readonly baseVersionThen: number | null
  /** The version it has in the base; null: it is not there. */
  readonly baseVersionNow: number | null
}

/** One thing wrong with one item of a request; an `Invalid` lists them all. */
export interface ItemProblem {
  readonly code: ProblemCode
  readonly message: string
  readonly path?: readonly string[]
  /** Index of the item in the batch (twins, relationships). */
  readonly item?: number
  /** Index of the document, and the JSON pointer (RFC 6901) inside it, when models are published. */
  readonly document?: number
  readonly pointer?: string
  readonly twin?: string
  readonly property?: string
  /** Of a VERSION_CONFLICT: the version that was expected, and the one it has. */
  readonly expected?: number
  readonly actual?: number
}

/** All of them as one, which says the first; undefined where there is none. */
export function toInvalid(problems: readonly ItemProblem[]): Invalid | undefined {
  const [first] = problems
  if (!first) return undefined
  return { kind: 'Invalid', code: 'INVALID_INPUT', message: `${first.message}${problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''}`, path: first.path ?? [], problems }
}

/** Meaning and remedy of every problem code; docs/errors.md is generated from this. Add a code here before using it. */
export const problemCodes = {
  NOT_FOUND: { meaning: 'The twin, relationship or model does not exist.', remedy: 'Check the id; list what exists with the type\'s connection.' },
  ALREADY_EXISTS: { meaning: 'A twin, component or relationship with this id exists already.', remedy: 'Choose another id, or update the existing one.' },
  VERSION_CONFLICT: { meaning: 'ifVersion is not the present version: somebody changed it in between, or deleted it and made it anew.', remedy: 'Read it again, reapply your change, and send the new _version.' },
  IDEMPOTENCY_KEY_REUSED: { meaning: 'The idempotencyKey was used before with another request.', remedy: 'Use a fresh key for every distinct mutation.' },
  INVALID_INPUT: { meaning: 'One or more items do not conform; problems lists every one.', remedy: 'Mend what each problem names and send the request again.' },
  INVALID_ID: { meaning: 'An id is empty, too long, or has a control character.', remedy: 'Use 1 to 512 characters without control characters.' },
  UNKNOWN_MODEL: { meaning: 'No such model was published.', remedy: 'Publish it, or use the dtmi of a published one.' },
  MODEL_NOT_ACTIVE: { meaning: 'The model is retired: no twin of it can be created.', remedy: 'Use the model that replaces it.' },
  MODEL_IN_USE: { meaning: 'Twins or other models still need the model.', remedy: 'Migrate the twins or republish the dependants first.' },
  MODEL_EXISTS: { meaning: 'A different document was published under this dtmi; a published model never changes.', remedy: 'Raise the version in the dtmi and publish that.' },
  INVALID_MODEL: { meaning: 'A model document does not conform to DTDL.', remedy: 'The pointer says where; the message what to do.' },
  UNKNOWN_PROPERTY: { meaning: 'The model has no such property.', remedy: 'Use a property of the model; the message names near ones.' },
  WRONG_TYPE: { meaning: 'A value does not conform to its DTDL schema.', remedy: 'Send a value of the schema the message names.' },
  REQUIRED_MISSING: { meaning: 'A required field is missing or removed.', remedy: 'Give it a value.' },
  UNKNOWN_TELEMETRY: { meaning: 'The model has no such telemetry.', remedy: 'Use a telemetry of the twin\'s model; the message names a near one.' },
  UNKNOWN_RELATIONSHIP: { meaning: 'The model has no such relationship.', remedy: 'Use a relationship of the source twin\'s model.' },
  WRONG_TARGET: { meaning: 'The target twin\'s model is not the relationship\'s target or one of its subtypes.', remedy: 'Relate a twin of the target model.' },
  TOO_MANY_RELATIONSHIPS: { meaning: 'The relationship\'s maxMultiplicity is reached.', remedy: 'Unrelate one first.' },
  STILL_RELATED: { meaning: 'The twin still has relationships.', remedy: 'Unrelate them, or delete with cascade: true.' },
  UNKNOWN_COMPONENT: { meaning: 'The model has no such component.', remedy: 'Use a component of the model.' },
  DUPLICATE_ITEM: { meaning: 'Two items of one batch concern the same thing.', remedy: 'Send it once.' },
  SCENARIO_NOT_OPEN: { meaning: 'The scenario was promoted or discarded.', remedy: 'Create another scenario.' },
  SCENARIO_CHANGED: { meaning: 'The scenario was written into while it was being promoted.', remedy: 'Send it again.' },
  SCENARIO_HAS_BRANCHES: { meaning: 'Open scenarios branch off from the scenario.', remedy: 'Promote or discard those first; the message names them.' },
  SCENARIO_CONFLICTS: { meaning: 'What the scenario changes was changed in its base meanwhile; conflicts lists every one.', remedy: 'Look at what changed, then promote with onConflict: OVERWRITE, or discard the scenario.' },
  CHANNEL_IN_USE: { meaning: 'Rules still tell the channel.', remedy: 'Take it out of the rules that the message names first.' },
  UNKNOWN_ENGINE: { meaning: 'No engine has this id.', remedy: 'Use one that `engines` lists.' },
  UNKNOWN_TWIN: { meaning: 'What a run is asked to do names a twin that is not in its network.', remedy: 'Check the id, and that `of` and `over` reach it.' },
  UNKNOWN_PARAMETER: { meaning: 'The engine has no such parameter, or nothing of that name can be turned.', remedy: 'Use a parameter of the engine; `engines` lists them.' },
  UNKNOWN_ARTIFACT: { meaning: 'No artifact has this SHA-256.', remedy: 'PUT it to /artifacts/{sha256} first.' },
  BAD_ARTIFACT: { meaning: 'An artifact cannot be read as what it should be.', remedy: 'The message says what is wrong with it.' },
  BAD_NETWORK: { meaning: 'The twins do not make a model that the engine can simulate.', remedy: 'Mend what the message names, or begin at other twins.' },
  MISSING_INPUT: { meaning: 'The engine cannot do without a value that no twin, parameter or reading gives.', remedy: 'Give it; the message names it.' },
  OUT_OF_BOUNDS: { meaning: 'A number lies outside of its bounds.', remedy: 'The message names them.' },
  WRONG_UNIT: { meaning: 'A unit is none that DTDL has, or of another quantity.', remedy: 'Give the value in a unit of the quantity that the message names.' },
  WRONG_TIME: { meaning: 'An instant or a duration cannot be used.', remedy: 'The message says what is taken.' },
  INVALID_NAME: { meaning: 'A name has characters that it cannot have, or too many.', remedy: 'Use letters, digits, - and _, a letter first; the message says how many.' },
  UNKNOWN_FEATURE: { meaning: 'The card has no feature of this name.', remedy: 'Declare it in `features`, or use one that is; the message names a near one.' },
  UNKNOWN_OUTPUT: { meaning: 'The card has no output of this name with the role VALUE.', remedy: 'Name a VALUE in `of`.' },
  UNKNOWN_TENSOR: { meaning: 'The model has no tensor of this name.', remedy: 'Use one that the message names.' },
  WRONG_SHAPE: { meaning: 'A tensor of the model does not hold as many numbers as the card says.', remedy: 'The message says how many it holds, and how many the card makes.' },
  FORBIDDEN_HOST: { meaning: 'The server may not call this host.', remedy: 'Add the host to TWINFOLD_PREDICTOR_HOSTS, or serve the model at one that is in it.' },
  MODEL_UNREACHABLE: { meaning: 'The server of a remote model did not answer, so that nothing of it could be checked.', remedy: 'Start it, or check its address, and send the registration again.' },
  PREDICTOR_RETIRED: { meaning: 'The predictor was retired.', remedy: 'Use the ACTIVE version of its name.' },
  RUN_ENDED: { meaning: 'The run has come to its end.', remedy: 'Start it again by retryRun or rerun.' },
  RUN_NOT_ENDED: { meaning: 'The run is still waiting or under way.', remedy: 'Wait for its end, or cancel it first.' },
  RUN_NOT_SUCCEEDED: { meaning: 'The run did not succeed, so that it has nothing to repeat or to apply.', remedy: 'Try it again by retryRun.' },
  NOT_A_CALIBRATION: { meaning: 'The run is no calibration, or found nothing that can be written to twins.', remedy: 'Use a calibration with variables that are properties of twins.' },
  INPUTS_GONE: { meaning: 'What the run computed with is not kept any more, or is not what it was: its inputs or artifacts, the build of its engine, the telemetry of its scenario.', remedy: 'Start it anew.' },
  TOO_MANY_RUNS: { meaning: 'As many runs wait or are under way as are taken.', remedy: 'Wait for some to end, or cancel them.' },
  TOO_LARGE: { meaning: 'A value or a batch exceeds its limit.', remedy: 'Send less at a time.' },
  UNSUPPORTED: { meaning: 'The request is well formed, but this server cannot do it.', remedy: 'The message names the alternative.' },
} as const satisfies Record<string, { meaning: string; remedy: string }>

export type ProblemCode = keyof typeof problemCodes
