import type { IResolvers } from '@graphql-tools/utils'
import type { Context } from '../src/graphql/context.ts'

const emptyPage = { edges: [], pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null } }

/** Until readings can be ingested there are none, so every series is empty. */
const empty = { latest: () => null, readings: () => emptyPage, buckets: () => [], summary: () => null }

export const seriesResolvers: IResolvers<unknown, Context> = {
  FloatSeries: { ...empty, shape: () => [] },
  IntSeries: { ...empty, shape: () => [] },
  BooleanSeries: empty,
  StringSeries: empty,
  JSONSeries: empty,
}
