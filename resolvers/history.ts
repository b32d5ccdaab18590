import type { IResolvers } from '@graphql-tools/utils'
import DataLoader from 'dataloader'
import { encodeCursor } from '../src/change/cursor.ts'
import type { Vantage } from '../src/domain/vantage.ts'
import { toJson } from '../src/domain/values.ts'
import { failure } from '../src/errors.ts'
import type { Context } from '../src/graphql/context.ts'
import { toPageInfo } from '../src/graphql/page-info.ts'
import type { HistoryPlace, LayeredPage, LayeredProperty, LayeredSetting } from '../src/history/layered-history.ts'
import type { Registry } from '../src/model/registry.ts'
import { parseInstant } from '../src/telemetry/instant.ts'
import { nearest } from '../src/util/nearest.ts'

/** A twin's or a component's row. */
interface Row {
  readonly _id: string
  readonly _model: string
  readonly _from: number
  readonly _isComponent?: true
  readonly _vantage?: Pick<Vantage, 'at' | 'chain'> | null
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

type ReadMany<A> = (asked: readonly LayeredProperty[], args: A, context: Context) => Promise<readonly unknown[]>

/** A list's rows in one go: without a promise for each where the response is made from rows, through a loader where graphql-js comes to them one by one. */
function ofMany<A extends { readonly property: string }>(read: ReadMany<A>) {
  const loaders = new WeakMap<Context, Map<string, DataLoader<LayeredProperty, unknown>>>()
  const loaderOf = (args: A, context: Context): DataLoader<LayeredProperty, unknown> => {
    const known = loaders.get(context) ?? new Map<string, DataLoader<LayeredProperty, unknown>>()
    loaders.set(context, known)
    const key = JSON.stringify(args)
    const loader = known.get(key) ?? new DataLoader<LayeredProperty, unknown>((asked) => read(asked, args, context), { cache: false }) // the fields of a mutation run one after the other
    known.set(key, loader)
    return loader
  }
  const asked = (row: Row, { property }: A, { services }: Context): LayeredProperty => propertyOf(row, property, services.models.registry())
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
      const after = typeof args.after === 'string' ? fromPlace(args.after) : undefined
      const options = { first: args.first ?? 100, from: bound(args.from) ?? -Infinity, to: bound(args.to) ?? Infinity, after, signal }
      return (await inPortions(asked, (some) => history.page(some, options))).map((page, index) => toConnection(page, asked[index], args, models.registry()))
    }),
  },
}

/** Properties that are looked at in one statement: each may bring a page. */
const mostAtOnce = 50

async function inPortions<T>(asked: readonly LayeredProperty[], read: (some: readonly LayeredProperty[]) => Promise<readonly T[]>): Promise<readonly T[]> {
  const found: T[] = []
  for (let start = 0; start < asked.length; start += mostAtOnce) found.push(...await read(asked.slice(start, start + mostAtOnce)))
  return found
}

function propertyOf({ _id, _model, _from, _isComponent, _vantage }: Row, name: string, models: Registry): LayeredProperty {
  const contents = models.get(_model)?.contents
  const content = contents?.get(name)
  if (content?.kind !== 'Property') {
    const known = [...contents ?? []].flatMap(([each, { kind }]) => (kind === 'Property' ? [each] : []))
    const near = nearest(name, known)
    throw failure('BAD_USER_INPUT', { message: `The model ${_model} has no property ${JSON.stringify(name.slice(0, 100))}. ${near ? `Did you mean ${near}?` : `It has ${known.slice(0, 50).join(', ') || 'none'}.`}` })
  }
  return { id: _id, isComponent: _isComponent === true, name, model: _model, schema: content.schema, born: Number(_from), at: _vantage?.at ?? undefined, chain: (_vantage?.chain ?? []).map(Number) }
}

function toMeta(setting: LayeredSetting, property: string): unknown {
  const { at: setAt, actor: setBy, ...node } = toNode(setting)
  return { property, setAt, setBy, ...node }
}

function toConnection({ settings, hasMore, forgottenUntil }: LayeredPage, property: LayeredProperty | undefined, { after }: PageArguments, models: Registry): unknown {
  const edges = settings.map((setting) => ({ cursor: toPlace(setting), node: { model: property?.model, ...toNode(setting), ...valuesOf(setting, property?.name, models) } }))
  return {
    edges, forgottenUntil: forgottenUntil === undefined ? null : toInstant(forgottenUntil),
    pageInfo: toPageInfo(edges, hasMore, after),
  }
}

/** Who and when. */
function toNode(setting: LayeredSetting): { readonly at: string; readonly actor: string | null } & Readonly<Record<string, unknown>> {
  if ('inScenario' in setting) {
    const { at, actor, cause, seq, scenarioId } = setting.inScenario
    return { at: toInstant(at), actor, cause, cursor: encodeCursor(seq), version: null, scenario: scenarioId }
  }
  const { at, actor = null, cause = null, seq, version } = setting.inGraph
  return { at: toInstant(at), actor, cause, cursor: seq === undefined ? null : encodeCursor(seq), version, scenario: null }
}

/** From what to what, under the model that the thing had then: that of a twin of the graph may have changed since. */
function valuesOf(setting: LayeredSetting, name: string | undefined, models: Registry): Readonly<Record<string, unknown>> {
  if ('inScenario' in setting) return { before: setting.inScenario.before, after: setting.inScenario.after }
  const { before, after, model } = setting.inGraph
  const content = models.get(model)?.contents.get(name ?? '')
  const json = (stored: unknown): unknown => (stored === null || stored === undefined ? null : content?.kind === 'Property' ? toJson(content.schema, stored) : stored)
  return { model, before: json(before), after: json(after) }
}

const toInstant = (at: number): string => new Date(at).toISOString()

/** The first millisecond at or after an instant: commits have whole ones. */
function bound(text: string | null | undefined): number | undefined {
  if (typeof text !== 'string') return undefined
  const at = parseInstant(text)
  if (at === undefined) throw failure('BAD_USER_INPUT', { message: `${JSON.stringify(text.slice(0, 80))} is no instant that history reaches. Give one such as "2026-03-01T06:30:00Z".` })
  return Math.ceil(at / 1_000)
}

/** A thing is changed at most once in a commit, so the commit's time is a place in its history; in scenarios, the entry's number is. */
const toPlace = (setting: LayeredSetting): string =>
  Buffer.from('inGraph' in setting ? `h1:${setting.inGraph.at}` : `s1:${setting.inScenario.level}:${setting.inScenario.seq}`).toString('base64url')

function fromPlace(cursor: string): HistoryPlace {
  const text = Buffer.from(cursor, 'base64url').toString()
  const at = /^h1:(\d{1,15})$/.exec(text)?.[1]
  if (at !== undefined) return { at: Number(at) }
  const [, level, seq] = /^s1:(\d{1,5}):(\d{1,15})$/.exec(text) ?? []
  if (level !== undefined) return { level: Number(level), seq: Number(seq) }
  throw failure('BAD_USER_INPUT', { message: 'after is no cursor of a history. Give back the endCursor of the page before.' })
}
