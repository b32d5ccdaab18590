import type { IResolvers } from '@graphql-tools/utils'
import { failure } from '../src/errors.ts'
import type { Context } from '../src/graphql/context.ts'
import type { FeatureTable, FeatureTableRequest } from '../src/prediction/inference/feature-table.ts'
import type { PredictRequest } from '../src/prediction/inference/inference-request.ts'
import type { Prediction } from '../src/prediction/inference/predict.ts'
import type { Problem } from '../src/problem.ts'
import { formatInstant, parseInstant } from '../src/telemetry/instant.ts'

interface FeatureTableArguments extends Omit<FeatureTableRequest, 'first' | 'after' | 'watermark'> {
  readonly first?: number | null
  readonly after?: string | null
  readonly watermark?: string | null
}

const mostRows = 1_000

export const inferenceResolvers: IResolvers<unknown, Context> = {
  Query: {
    async predict(_source, request: PredictRequest, { services, signal }) {
      const said = await services.inference.predict(request, signal)
      if (!said.ok) throw toFailure(said.problem)
      return said.value.map(shown)
    },
    async featureTable(_source, { first, after, watermark, ...request }: FeatureTableArguments, { services, signal }) {
      const rows = first ?? mostRows
      if (rows < 1 || rows > mostRows) throw failure('BAD_USER_INPUT', { message: `first is from 1 to ${mostRows.toLocaleString('en')}, not ${rows}.` })
      const table = await services.inference.featureTable({ ...request, first: rows, after: typeof after === 'string' ? fromCursor(after) : undefined, watermark: typeof watermark === 'string' ? parseInstant(watermark) : undefined }, signal)
      if (!table.ok) throw toFailure(table.problem)
      const { columns, rows: found, hasNextPage, place: { skip, twins }, watermark: upTo } = table.value
      return {
        columns, watermark: formatInstant(upTo), rows: found.map(({ twin, at, values }) => ({ twin, at: formatInstant(at), values })),
        pageInfo: { hasNextPage, hasPreviousPage: skip > 0, startCursor: found.length > 0 ? toCursor({ skip, twins }) : null, endCursor: found.length > 0 ? toCursor({ skip: skip + found.length, twins }) : null },
      }
    },
  },
}

const shown = ({ at, values, ...rest }: Prediction): unknown =>
  ({ ...rest, at: at === null ? null : formatInstant(at), values: values.map((value) => ({ ...value, at: value.at === null ? null : formatInstant(value.at) })) })

/** A query that cannot be answered fails with all that is wrong. */
function toFailure(problem: Problem): Error {
  const all = problem.kind === 'Invalid' ? problem.problems.map((each) => ({ ...each, path: each.path?.[0] === 'input' ? each.path.slice(1) : each.path })) : [] // mutations have an input, queries have not
  return failure('BAD_USER_INPUT', { message: problem.message, details: { code: problem.code, ...(all.length > 0 && { problems: all }) } })
}

/** Rows before the place, and a digest of the twins whose they are. */
const toCursor = ({ skip, twins }: FeatureTable['place']): string => Buffer.from(`f1:${skip}:${twins}`).toString('base64url')

function fromCursor(cursor: string): FeatureTable['place'] {
  const [, digits, twins] = /^f1:(\d{1,15}):([0-9a-f]{16})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (digits === undefined || twins === undefined) throw failure('BAD_USER_INPUT', { message: 'after is no cursor of a feature table. Give back the endCursor of the page before.' })
  return { skip: Number(digits), twins }
}
