import type { IResolvers } from '@graphql-tools/utils'
import { findNode } from '../src/graphql/catalogue/node-loader.ts'
import type { Context } from '../src/graphql/context.ts'
import type { CandidateComparison, Comparison, KpiDifference, SeriesDifference } from '../src/simulation/compare/comparison.ts'
import { formatInstant } from '../src/telemetry/instant.ts'

interface CompareArguments {
  readonly baseline: string
  readonly candidates: readonly string[]
  readonly twins?: readonly string[] | null
  readonly names?: readonly string[] | null
  readonly first?: number | null
  readonly skip?: number | null
}

/** With the units of the baseline's engine. */
interface Unit { readonly unit: string | null }

export const runComparisonResolvers: IResolvers<unknown, Context> = {
  Query: {
    async compareRuns(_, { baseline, candidates, twins, names, first, skip }: CompareArguments, { services, signal }) {
      const compared = await services.runComparison.compare(baseline, candidates, { twins: twins ?? undefined, names: names ?? undefined, first: first ?? 100, after: skip ?? 0 }, signal)
      const [run] = await services.runs.find([baseline])
      const units = new Map(services.runs.engines.find(({ id }) => id === run?.engine.id)?.kpis.map(({ name, unit }) => [name, unit]))
      const withUnit = (kpi: KpiDifference): KpiDifference & Unit => ({ ...kpi, unit: units.get(kpi.name) ?? null })
      return { ...compared, candidates: compared.candidates.map((each) => ({ ...each, kpis: each.kpis.map(withUnit) })) }
    },
  },
  RunComparison: { baseline: ({ baseline }: Comparison, _, context, info) => findNode('runs', baseline, context, info) },
  ComparedRun: {
    run: ({ run }: CandidateComparison, _, context, info) => findNode('runs', run, context, info),
    members: ({ members }: CandidateComparison) => members && { count: members.n, unpaired: members.unpaired },
  },
  ComparedKpi: { count: ({ n }: KpiDifference) => n },
  ComparedSeries: {
    count: ({ n }: SeriesDifference) => n,
    greatestDifference: ({ greatest }: SeriesDifference) => greatest?.difference ?? null,
    greatestAt: ({ greatest }: SeriesDifference) => (greatest ? formatInstant(greatest.at) : null),
  },
}
