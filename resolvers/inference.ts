import type { IResolvers } from '@graphql-tools/utils'
import { failure } from '../src/errors.ts'
import type { Context } from '../src/graphql/context.ts'
import type { FeatureTableRequest } from '../src/prediction/inference/feature-table.ts'
import type { PredictRequest } from '../src/prediction/inference/inference-request.ts'
import type { Prediction } from '../src/prediction/inference/predict.ts'
import type { Invalid, Problem } from '../src/problem.ts'
import { formatInstant, parseInstant } from '../src/telemetry/instant.ts'

interface FeatureTableArguments extends Omit<FeatureTableRequest, 'first' | 'skip' | 'watermark'> {
  readonly first?: number | null
  readonly after?: string | null
  readonly watermark?: string | null
}

const [usualRows, mostRows] = [1_000, 20_000]

export const inferenceResolvers: IResolvers<unknown, Context> = {
  Query: {
    async predict(_source, request: PredictRequest, { services, signal }) {
      const said = await services.inference.predict(request, signal)
      if (!said.ok) throw toFailure(said.problem)
      return said.value.map(shown)
    },
    async featureTable(_source, { first, after, watermark, ...request }: FeatureTableArguments, { services, signal }) {
      const rows = first ?? usualRows
      if (rows < 1 || rows > mostRows) throw failure('BAD_USER_INPUT', { message: `first is from 1 to ${mostRows.toLocaleString('en')}, not ${rows}.` })
      const skip = typeof after === 'string' ? fromCursor(after) : 0
      const table = await services.inference.featureTable({ ...request, first: rows, skip, watermark: typeof watermark === 'string' ? parseInstant(watermark) : undefined }, signal)
      if (!table.ok) throw toFailure(table.problem)
      const { columns, rows: found, hasNextPage, watermark: upTo } = table.value
      return {
        columns, watermark: formatInstant(upTo), rows: found.map(({ twin, at, values }) => ({ twin, at: formatInstant(at), values })),
        pageInfo: { hasNextPage, hasPreviousPage: skip > 0, startCursor: found.length > 0 ? toCursor(skip) : null, endCursor: found.length > 0 ? toCursor(skip + found.length) : null },
      }
    },
  },
}

const shown = ({ at, values, ...rest }: Prediction): unknown =>
  ({ ...rest, at: at === null ? null : formatInstant(at), values: values.map((value) => ({ ...value, at: value.at === null ? null : formatInstant(value.at) })) })

/** A query that cannot be answered fails with all that is wrong. */
function toFailure(problem: Problem): Error {
  const all = problem.kind === 'Invalid' ? (problem as Invalid).problems : []
  return failure('BAD_USER_INPUT', { message: problem.message, details: { code: problem.code, ...(all.length > 0 && { problems: all }) } })
}

/** Rows before the place; of a table that is read by its watermark. */
const toCursor = (rows: number): string => Buffer.from(`f1:${rows}`).toString('base64url')

function fromCursor(cursor: string): number {
  const digits = /^f1:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]
  if (digits === undefined) throw failure('BAD_USER_INPUT', { message: 'after is no cursor of a feature table. Give back the endCursor of the page before.' })
  return Number(digits)
}
