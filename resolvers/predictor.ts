import type { IResolvers } from '@graphql-tools/utils'
import DataLoader from 'dataloader'
import type { GraphQLResolveInfo } from 'graphql'
import { type SeriesRef, seriesTypeOf } from '../src/domain/schema/series-value.ts'
import { presentVantage } from '../src/domain/vantage.ts'
import { failure } from '../src/errors.ts'
import { findNode } from '../src/graphql/catalogue/node-loader.ts'
import type { Context } from '../src/graphql/context.ts'
import { latest } from '../src/graphql/series-loaders.ts'
import { driftKey, type DriftMeasure } from '../src/prediction/prediction-series.ts'
import type { Predictor, PredictorStage } from '../src/prediction/predictor.ts'
import type { RegisterRequest } from '../src/prediction/predictor-service.ts'
import { showFeature, showOutput, showReference, showTraining } from '../src/prediction/show-card.ts'
import { formatDuration } from '../src/telemetry/duration.ts'
import { formatInstant } from '../src/telemetry/instant.ts'

interface Row {
  readonly _id: string
}

/** What the successes of mutations are resolved from. */
interface Success {
  readonly id: string
}

const measures = { PSI: 'psi', KS: 'ks', KS_P: 'ks-p', PAGE_HINKLEY: 'page-hinkley', NUMBERS: 'numbers' } as const satisfies Record<string, DriftMeasure>

const findPredictor = ({ id }: Success, _: unknown, context: Context, info: GraphQLResolveInfo): Promise<unknown> => findNode('predictors', id, context, info)

export const predictorResolvers: IResolvers<unknown, Context> = {
  Query: {
    async predictor(_source, { id }: { readonly id: string }, context, info) {
      const found = await context.services.predictors.named(id, context.signal)
      return found ? await findNode('predictors', found.id, context, info) : null
    },
  },
  Mutation: {
    async registerPredictor(_, { input, idempotencyKey }: { readonly input: RegisterRequest; readonly idempotencyKey?: string | null }, { services, principal, signal }) {
      const registered = await services.predictors.register(input, { actor: principal.subject, idempotencyKey, signal })
      return registered.ok ? { kind: 'RegisterPredictorSuccess', id: registered.value.predictor.id, isKnown: registered.value.isKnown } : registered.problem
    },
    async setPredictorStage(_, { id, stage }: { readonly id: string; readonly stage: PredictorStage }, { services }) {
      const staged = await services.predictors.setStage(id, stage)
      return staged.ok ? { kind: 'SetPredictorStageSuccess', id: staged.value.id } : staged.problem
    },
  },
  RegisterPredictorSuccess: { predictor: findPredictor },
  SetPredictorStageSuccess: { predictor: findPredictor },
  Predictor: {
    async remote(row: Row, _, context) {
      const { model } = await load(row, context)
      return model.kind === 'remote' ? { ...model, timeout: formatDuration(model.timeoutMs * 1_000) } : null
    },
    async method(row: Row, _, context) {
      const { model } = await load(row, context)
      return model.kind === 'method' ? model.method : null
    },
    async options(row: Row, _, context) {
      const { model } = await load(row, context)
      return model.kind === 'method' ? model.options : null
    },
    features: async (row: Row, _, context) => (await load(row, context)).card.features.map(showFeature),
    inputs: async (row: Row, _, context) => (await load(row, context)).card.inputs,
    outputs: async (row: Row, _, context) => (await load(row, context)).card.outputs.map(showOutput),
    training: async (row: Row, _, context) => showTraining((await load(row, context)).card),
    metrics: async (row: Row, _, context) => (await load(row, context)).card.metrics,
    reference: async (row: Row, _, context) => showReference((await load(row, context)).card),
    async drift(row: Row, _, context) {
      const { id, card } = await load(row, context)
      const found = await Promise.all(card.features.filter(({ name }) => Object.hasOwn(card.reference, name)).map(({ name }) => driftOf(id, name, context)))
      return found.filter((each) => each !== undefined)
    },
    async driftSeries(row: Row, { feature, measure }: { readonly feature: string; readonly measure: keyof typeof measures }, context): Promise<SeriesRef | null> {
      const { id, card } = await load(row, context)
      if (!Object.hasOwn(card.reference, feature)) return null
      const key = driftKey(id, measures[measure], feature)
      return { __typename: seriesTypeOf(key.kind), key, vantage: presentVantage, name: key.name, unit: null, semanticType: null }
    },
  },
}

/** As last measured; undefined: it never was. */
async function driftOf(predictor: string, feature: string, context: Context): Promise<object | undefined> {
  const read = async (measure: DriftMeasure): Promise<{ readonly at: number; readonly value: number } | undefined> => {
    const reading = await latest(context, presentVantage).load(driftKey(predictor, measure, feature))
    return reading && { at: reading.at, value: Number(reading.value) }
  }
  const [psi, ks, pValue, pageHinkley, numbers] = await Promise.all([read('psi'), read('ks'), read('ks-p'), read('page-hinkley'), read('numbers')])
  if (!psi || !ks || !pValue || !pageHinkley || !numbers) return undefined
  return { feature, at: formatInstant(psi.at), psi: psi.value, ks: ks.value, pValue: pValue.value, pageHinkley: pageHinkley.value, numbers: numbers.value }
}

/** Whole predictors of a request, each read once; a mutation's later fields read anew. */
const loaders = new WeakMap<Context, DataLoader<string, Predictor | undefined>>()

async function load({ _id }: Row, context: Context): Promise<Predictor> {
  const loader = loaders.get(context) ?? new DataLoader<string, Predictor | undefined>((ids) => context.services.predictors.find(ids), { cache: false, maxBatchSize: 100 })
  loaders.set(context, loader)
  const predictor = await loader.load(_id)
  if (!predictor) throw failure('BAD_USER_INPUT', { message: `There is no predictor ${JSON.stringify(_id)} any more.` })
  return predictor
}
