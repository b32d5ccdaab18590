import type { IFieldResolver } from '@graphql-tools/utils'
import type { Alert } from '../src/alert/alert.ts'
import type { Context } from '../src/graphql/context.ts'
import { formatInstant } from '../src/telemetry/instant.ts'
import { lineageCost, type PageArguments, toAsked, toPage } from './lineage.ts'

interface Row {
  readonly _id: string
}

/** `Alert.lineage`: why the value that an alert was raised on was what it was, as it was seen then. */
export function lineageOfAlert(load: (row: Row, context: Context) => Promise<Alert>): { readonly extensions: { readonly cost: number }; readonly resolve: IFieldResolver<Row, Context, PageArguments> } {
  return {
    extensions: { cost: lineageCost },
    async resolve(row, args, context) {
      const asked = toAsked(args)
      const { twin, series, openedAt, evidence: { at, run } } = await load(row, context)
      if (twin === null || series === null) return null
      const { services: { lineage, vantages }, signal } = context
      const vantage = await vantages.find({ asOf: formatInstant(openedAt * 1_000) }, signal)
      return toPage(asked, await lineage.explain({
        twin, content: series, at, source: run === null ? undefined : 'PREDICTED', depth: asked.depth,
        from: { ...vantage, readingsUntil: undefined, scenario: undefined, saidUntil: undefined }, signal, // what is predicted lies ahead
      }))
    },
  }
}
