import type { IResolvers } from '@graphql-tools/utils'
import { presentVantage } from '../src/domain/vantage.ts'
import { failure } from '../src/errors.ts'
import type { Context } from '../src/graphql/context.ts'
import { evaluatePredictions } from '../src/prediction/skill/evaluate-predictions.ts'
import { parseDuration } from '../src/telemetry/duration.ts'

interface Arguments {
  readonly run: string
  readonly twins?: readonly string[] | null
  readonly tolerance?: string | null
}

const day = 86_400_000_000

export const predictionSkillResolvers: IResolvers<unknown, Context> = {
  Query: {
    async evaluatePredictions(_source, { run, twins, tolerance }: Arguments, { services: { runs, predictors, telemetry }, signal }) {
      return await evaluatePredictions({ runs, predictors, reads: telemetry.from(presentVantage) }, { run, twins: twins ?? undefined, tolerance: toTolerance(tolerance ?? 'PT0S') }, signal)
    },
  },
}

function toTolerance(text: string): number {
  const parsed = parseDuration(text)
  if (!parsed.ok) throw failure('BAD_USER_INPUT', { message: `tolerance: ${parsed.problem}` })
  if (parsed.value < 0 || parsed.value > day) throw failure('BAD_USER_INPUT', { message: `tolerance is from PT0S to P1D, not ${text}.` })
  return parsed.value
}
