import type { IResolvers } from '@graphql-tools/utils'
import { resolveTwinType } from '../src/domain/schema/twin-types.ts'
import type { Context } from '../src/graphql/context.ts'
import { alertChannelResolvers } from './alert-channel.ts'
import { alertResolvers } from './alert.ts'
import { changeResolvers } from './changes.ts'
import { diffResolvers } from './diff.ts'
import { engineResolvers } from './engine.ts'
import { forecastResolvers } from './forecast.ts'
import { historyResolvers } from './history.ts'
import { lineageResolvers } from './lineage.ts'
import { inferenceResolvers } from './inference.ts'
import { modelResolvers } from './model.ts'
import { platformResolvers } from './platform.ts'
import { predictionSkillResolvers } from './prediction-skill.ts'
import { predictorResolvers } from './predictor.ts'
import { ruleResolvers } from './rule.ts'
import { runResolvers } from './run.ts'
import { runComparisonResolvers } from './run-comparison.ts'
import { scenarioResolvers } from './scenario.ts'
import { seriesResolvers } from './series.ts'
import { telemetryOverrideResolvers } from './telemetry-override.ts'
import { telemetryResolvers } from './telemetry.ts'
import { twinCommandResolvers } from './twin-commands.ts'

/** Every resolver of the platform, one map a noun. */
export const resolvers: readonly IResolvers<unknown, Context>[] = [
  platformResolvers,
  modelResolvers,
  twinCommandResolvers,
  seriesResolvers,
  forecastResolvers,
  telemetryResolvers,
  telemetryOverrideResolvers,
  changeResolvers,
  scenarioResolvers,
  historyResolvers,
  engineResolvers,
  runResolvers,
  inferenceResolvers,
  runComparisonResolvers,
  diffResolvers,
  predictorResolvers,
  predictionSkillResolvers,
  ruleResolvers,
  alertResolvers,
  alertChannelResolvers,
  lineageResolvers,
  { Twin: { __resolveType: resolveTwinType } },
]
