import type { IResolvers } from '@graphql-tools/utils'
import DataLoader from 'dataloader'
import { encodeCursor } from '../src/change/cursor.ts'
import type { Vantage } from '../src/domain/vantage.ts'
import { toJson } from '../src/domain/values.ts'
import { failure } from '../src/errors.ts'
import type { Context } from '../src/graphql/context.ts'
import type { HistoryPage, PropertyOf, Setting } from '../src/history/property-history.ts'
import type { Registry } from '../src/model/registry.ts'
import { parseInstant } from '../src/telemetry/instant.ts'
import { nearest } from '../src/util/nearest.ts'

/** A twin's or a component's row. */
interface Row {
  readonly _id: string
  readonly _model: string
  readonly _from: number
  readonly _isComponent?: true
  readonly _vantage?: Pick<Vantage, 'at'> | null
}

interface PageArguments {
  readonly property: string
  readonly from?: string | null
  readonly to?: string | null
  readonly first?: number | null
  readonly after?: string | null
}

interface MetaArguments {
  readonly property: string
}

type ReadMany<A> = (asked: readonly PropertyOf[], args: A, context: Context) => Promise<readonly unknown[]>

/** A list's rows in one go: without a promise for each where the response is made from rows, through a loader where graphql-js comes to them one by one. */
function ofMany<A extends { readonly property: string }>(read: ReadMany<A>) {
  const loaders = new WeakMap<Context, Map<string, DataLoader<PropertyOf, unknown>>>()
  const loaderOf = (args: A, context: Context): DataLoader<PropertyOf, unknown> => {
    const known = loaders.get(context) ?? new Map<string, DataLoader<PropertyOf, unknown>>()
    loaders.set(context, known)
    const key = JSON.stringify(args)
    const loader = known.get(key) ?? new DataLoader<PropertyOf, unknown>((asked) => read(asked, args, context), { cache: false }) // the fields of a mutation run one after the other
    known.set(key, loader)
    return loader
  }
  const asked = (row: Row, { property }: A, { services }: Context): PropertyOf => propertyOf(row, property, services.models.registry())
  return {
    resolve: async (row: Row, args: A, context: Context) => await loaderOf(args, context).load(asked(row, args, context)),
    extensions: { resolveMany: async (rows: readonly Row[], args: A, context: Context) => await read(rows.map((row) => asked(row, args, context)), args, context) },
  }
}

export const historyResolvers: IResolvers<unknown, Context> = {
  Twin: {
    _meta: ofMany<MetaArguments>(async (asked, { property }, { services: { history }, signal }) =>
      (await inPortions(asked, (some) => history.last(some, signal))).map((setting) => setting && toMeta(setting, property))),
    _history: ofMany<PageArguments>(async (asked, args, { services: { history, models }, signal }) => {
      const before = typeof args.after === 'string' ? fromPlace(args.after) : Infinity
      const options = { first: args.first ?? 100, from: bound(args.from) ?? -Infinity, to: Math.min(bound(args.to) ?? Infinity, before), signal }
      return (await inPortions(asked, (some) => history.page(some, options))).map((page) => toConnection(page, args, models.registry()))
    }),
  },
}

/** Properties that are looked at in one statement: each may bring a page. */
const mostAtOnce = 50

async function inPortions<T>(asked: readonly PropertyOf[], read: (some: readonly PropertyOf[]) => Promise<readonly T[]>): Promise<readonly T[]> {
  const found: T[] = []
  for (let start = 0; start < asked.length; start += mostAtOnce) found.push(...await read(asked.slice(start, start + mostAtOnce)))
  return found
}

function propertyOf({ _id, _model, _from, _isComponent, _vantage }: Row, name: string, models: Registry): PropertyOf {
  const contents = models.get(_model)?.contents
  if (contents?.get(name)?.kind !== 'Property') {
    const known = [...contents ?? []].flatMap(([each, { kind }]) => (kind === 'Property' ? [each] : []))
    const near = nearest(name, known)
    throw failure('BAD_USER_INPUT', { message: `The model ${_model} has no property ${JSON.stringify(name.slice(0, 100))}. ${near ? `Did you mean ${near}?` : `It has ${known.slice(0, 50).join(', ') || 'none'}.`}` })
  }
  return { id: _id, isComponent: _isComponent === true, name, born: Number(_from), at: _vantage?.at ?? undefined }
}

const toMeta = (setting: Setting, property: string): unknown => ({
  property, setAt: toInstant(setting.at), setBy: setting.actor ?? null, cause: setting.cause ?? null, cursor: toCursor(setting), version: setting.version, scenario: null,
})

function toConnection({ settings, hasMore, forgottenUntil }: HistoryPage, { property, after }: PageArguments, models: Registry): unknown {
  const edges = settings.map((setting) => ({ cursor: toPlace(setting.at), node: toNode(setting, property, models) }))
  return {
    edges, forgottenUntil: forgottenUntil === undefined ? null : toInstant(forgottenUntil),
    pageInfo: { hasNextPage: hasMore, hasPreviousPage: typeof after === 'string', startCursor: edges[0]?.cursor ?? null, endCursor: edges.at(-1)?.cursor ?? null },
  }
}

function toNode(setting: Setting, property: string, models: Registry): unknown {
  const content = models.get(setting.model)?.contents.get(property)
  const json = (stored: unknown): unknown => (stored === null || stored === undefined ? null : content?.kind === 'Property' ? toJson(content.schema, stored) : stored)
  return {
    at: toInstant(setting.at), before: json(setting.before), after: json(setting.after), actor: setting.actor ?? null, cause: setting.cause ?? null,
    cursor: toCursor(setting), version: setting.version, model: setting.model, scenario: null,
  }
}

const toInstant = (at: number): string => new Date(at).toISOString()
const toCursor = ({ seq }: Setting): string | null => (seq === undefined ? null : encodeCursor(seq))

/** The first millisecond at or after an instant: commits have whole ones. */
function bound(text: string | null | undefined): number | undefined {
  if (typeof text !== 'string') return undefined
  const at = parseInstant(text)
  if (at === undefined) throw failure('BAD_USER_INPUT', { message: `${JSON.stringify(text.slice(0, 80))} is no instant that history reaches. Give one such as "2026-03-01T06:30:00Z".` })
  return Math.ceil(at / 1_000)
}

/** A thing is changed at most once in a commit, so the commit's time is a place in its history. */
const toPlace = (at: number): string => Buffer.from(`h1:${at}`).toString('base64url')

function fromPlace(cursor: string): number {
  const digits = /^h1:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]
  if (digits === undefined) throw failure('BAD_USER_INPUT', { message: 'after is no cursor of a history. Give back the endCursor of the page before.' })
  return Number(digits)
}
