import type { Vantage } from '../../domain/vantage.ts'
import { failure } from '../../errors.ts'
import { toRefusal } from '../../run/store-run.ts'
import { vantageOfRun } from '../../run/run-readings.ts'
import type { Microseconds } from '../../telemetry/reading.ts'
import type { SeriesReads } from '../../telemetry/series-reads.ts'
import { sha256 } from '../../util/sha256.ts'
import { done, refused, type Result } from '../../util/result.ts'
import { type FeatureSpec, type Knowledge, widthOf } from '../feature.ts'
import { bindFeatures } from '../features/bind-features.ts'
import type { BoundFeatures } from '../features/bound-features.ts'
import { type FeatureInput, parseFeatures } from '../features/parse-features.ts'
import { readRows } from '../features/read-rows.ts'
import { checkRange } from './check-inference.ts'
import { featureReads } from './feature-reads.ts'
import type { RangeRequest, ScopeRequest } from './inference-request.ts'
import { countInstants, listInstants } from './instants.ts'
import { findSimulation, type InferenceStartConfig, noPredictor, readsPredictions, type Refusal, selectScope } from './start-inference.ts'
import type { ItemProblem } from '../../problem.ts'

export interface FeatureTableRequest extends ScopeRequest {
  readonly features?: readonly FeatureInput[] | null
  readonly predictor?: string | null
  readonly range: RangeRequest
  readonly scenario?: string | null
  readonly knowledge?: Knowledge | null
  readonly simulation?: string | null
  readonly watermark?: Microseconds | undefined
  readonly first: number
  /** Of a page that goes on: rows before it, and whose they were. */
  readonly after: { readonly skip: number; readonly twins: string } | undefined
}

export interface FeatureTable {
  readonly columns: readonly string[]
  readonly rows: readonly { readonly twin: string; readonly at: Microseconds; readonly values: readonly (number | null)[] }[]
  readonly hasNextPage: boolean
  /** Rows before this page, and a digest of the twins whose rows they are. */
  readonly place: { readonly skip: number; readonly twins: string }
  readonly watermark: Microseconds
}

export interface FeatureTableConfig extends Pick<InferenceStartConfig, 'predictors' | 'select' | 'features' | 'store' | 'outputsOf' | 'vantages' | 'registry' | 'telemetry' | 'now'> {
  from(vantage: Vantage): Pick<SeriesReads, 'readings' | 'latestBefore'>
}

const mostTwins = 10_000
/** Of a page. */
const mostNumbers = 2_000_000

/** A page of the rows that a predictor would be asked with. */
export async function readFeatureTable(config: FeatureTableConfig, request: FeatureTableRequest, signal: AbortSignal): Promise<Result<FeatureTable, Refusal>> {
  const problems: ItemProblem[] = []
  const { twins: named, model, where } = request
  if (named && (model ?? where)) problems.push({ code: 'INVALID_INPUT', path: ['twins'], message: 'Give `twins`, or `model` and `where`, not both.' })
  if (where && typeof model !== 'string') problems.push({ code: 'MISSING_INPUT', path: ['model'], message: 'A filter is about the twins of a model: name it.' })
  const instants = checkRange(request.range, 'range', (code, name, message) => { problems.push({ code, path: name.split('.'), message }) })
  const specs = await findSpecs(config, request, problems, signal)
  if (!specs.ok) return specs
  const wrong = toRefusal(problems)
  if (wrong) return wrong
  const width = specs.value.reduce((sum, spec) => sum + widthOf(spec), 0)
  if (width * request.first > mostNumbers) throw failure('BAD_USER_INPUT', { message: `${request.first} rows of ${width} numbers are more than the ${mostNumbers.toLocaleString('en')} that a page has: take fewer rows.` })
  if (request.watermark !== undefined && request.watermark > config.now()) throw failure('BAD_USER_INPUT', { message: 'watermark lies in the future: give back the one of the first page.' })
  const scope = await selectScope(config, request, { most: mostTwins, scenario: request.scenario ?? undefined, signal })
  if (!scope.ok) return scope
  const simulation = await findSimulation(config, request.simulation)
  if (!simulation.ok) return simulation
  const vantage = await config.vantages.find({ scenario: request.scenario ?? null }, signal)
  const watermark = request.watermark ?? await config.telemetry.watermark({ withPredictions: readsPredictions(specs.value) })
  const bound = await bindFeatures(config.features, { specs: specs.value, twins: scope.value, vantage, window: { from: instants.from, to: instants.to }, knowledge: request.knowledge ?? 'RECEIVED', simulation: simulation.value, signal })
  if (!bound.ok) return toRefusal(bound.problems) ?? failWithout()
  const reads = featureReads((each) => config.from(each), vantageOfRun(vantage, watermark))
  const twins = sha256(JSON.stringify(bound.bound.twins.map(({ twin }) => twin))).slice(0, 16)
  if (request.after && request.after.twins !== twins) throw failure('BAD_USER_INPUT', { message: 'after: other twins satisfy the filter than did when the first page was read. Begin anew, or name the twins.' })
  const skip = request.after?.skip ?? 0
  const rows = await readSlice(bound.bound, { instants: listInstants(instants), reads, knowledge: request.knowledge ?? 'RECEIVED', signal }, { first: request.first, skip })
  const total = scope.value.length * countInstants(instants)
  return done({ columns: specs.value.flatMap(columnsOf), rows, hasNextPage: skip + rows.length < total, place: { skip, twins }, watermark })
}

async function findSpecs({ predictors, registry }: FeatureTableConfig, { features, predictor }: FeatureTableRequest, problems: ItemProblem[], signal: AbortSignal): Promise<Result<readonly FeatureSpec[], Refusal>> {
  if ((features ? 1 : 0) + (typeof predictor === 'string' ? 1 : 0) !== 1) throw failure('BAD_USER_INPUT', { message: 'Give `features`, or the `predictor` whose features they are.' })
  if (typeof predictor === 'string') {
    const found = await predictors.find(predictor, signal)
    return found ? done(found.card.features) : refused(noPredictor(predictor, ['predictor']))
  }
  const parsed = parseFeatures(features ?? [], { registry: registry() })
  problems.push(...parsed.problems)
  return done(parsed.specs)
}

/** Rows go twin by twin: of the first and the last twin of a page some instants, of those between all. */
async function readSlice(bound: BoundFeatures, request: Omit<Parameters<typeof readRows>[1], 'twins'>, { first, skip }: { readonly first: number; readonly skip: number }): Promise<FeatureTable['rows']> {
  const { instants } = request
  const rows: FeatureTable['rows'][number][] = []
  for (let place = Math.floor(skip / instants.length), left = first, from = skip % instants.length; left > 0 && place < bound.twins.length; from = 0) {
    const isWhole = from === 0 && left >= instants.length
    const twins = isWhole ? range(place, Math.min(bound.twins.length, place + Math.floor(left / instants.length))) : [place]
    const some = isWhole ? instants : instants.slice(from, from + left)
    for await (const { twins: whose, at, values, width } of readRows(bound, { ...request, twins, instants: some })) {
      for (const [row, twin] of whose.entries()) {
        rows.push({ twin: bound.twins[twin]?.twin ?? '', at: at[row] ?? 0, values: Array.from(values.subarray(row * width, (row + 1) * width), (value) => (Number.isNaN(value) ? null : value)) })
      }
    }
    left -= twins.length * some.length
    place += twins.length
  }
  return rows
}

const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, index) => from + index)

const columnsOf = (spec: FeatureSpec): readonly string[] => {
  const width = widthOf(spec)
  return spec.of.kind === 'telemetry' && spec.of.every !== undefined ? Array.from({ length: width }, (_, index) => `${spec.name}[${index}]`) : [spec.name]
}

const failWithout = (): never => { throw new Error('Features were refused, and nothing said why.') }
