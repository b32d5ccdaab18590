import type { IResolvers } from '@graphql-tools/utils'
import { failure } from '../src/errors.ts'
import { findNode } from '../src/graphql/catalogue/node-loader.ts'
import type { Context } from '../src/graphql/context.ts'
import { toPageInfo } from '../src/graphql/page-info.ts'
import type { Cause, Found, LineageNode } from '../src/lineage/lineage-node.ts'
import type { Lineage as Explained } from '../src/lineage/lineage-service.ts'
import { pageOf, type Walked } from '../src/lineage/walk.ts'
import { sha256 } from '../src/util/sha256.ts'
import { parseInstant } from '../src/telemetry/instant.ts'
import type { Microseconds, Source } from '../src/telemetry/reading.ts'

interface WhyArguments extends PageArguments {
  readonly twin: string
  readonly property?: string | null
  readonly series?: string | null
  readonly at?: string | null
  readonly source?: Source | null
  readonly run?: string | null
  readonly asOf?: string | null
  readonly scenario?: string | null
}

interface InputArguments {
  readonly first?: number | null
  readonly after?: string | null
  readonly twin?: string | null
}

/** A node as it is shown. `depth` of one that is reached by a page of inputs: one more than theirs. */
type Shown = LineageNode & { readonly depth: number; readonly found: Found }

const [deepest, mostPage, mostInputs] = [10, 1_000, 200]
/** What it may read of the stores beside what it shows. */
export const lineageCost = 2_000

export const lineageResolvers: IResolvers<unknown, Context> = {
  Query: { whyIs: { extensions: { cost: lineageCost }, resolve: async (_source: unknown, args: WhyArguments, context: Context) => await whyIs(args, context) } },
  Lineage: { nodes: { extensions: { isPagedAround: true }, resolve: ({ nodes }: { readonly nodes: unknown }) => nodes } },
  LineageNode: { __resolveType: ({ kind }: LineageNode) => kind },
  LineageRun: { detail: ({ runId }: Extract<LineageNode, { kind: 'LineageRun' }>, _, context, info) => findNode('runs', runId, context, info) },
  LineageInputs: { inputs: async (shown: Shown, args: InputArguments) => await inputsOf(shown, args) },
}

async function whyIs(args: WhyArguments, { services: { lineage, vantages }, signal }: Context): Promise<unknown> {
  check(args)
  const asked = toAsked(args)
  const vantage = await vantages.find({ asOf: args.asOf ?? null, scenario: args.scenario ?? null }, signal)
  const at = typeof args.at === 'string' ? instant(args.at) : asked.place?.at
  return toPage(asked, await lineage.explain({
    twin: args.twin, property: args.property ?? undefined, series: args.series ?? undefined, at, source: args.source ?? undefined, run: args.run ?? undefined, depth: asked.depth,
    from: { ...vantage, scenario: args.scenario ?? undefined, saidUntil: undefined }, signal,
  }))
}

/** Which part of a lineage is asked for. */
export interface PageArguments {
  readonly depth?: number | null
  readonly first?: number | null
  readonly after?: string | null
}

export interface AskedPage {
  readonly depth: number
  readonly first: number
  readonly after: string | null | undefined
  readonly place: Place | undefined
}

/** Throws BAD_USER_INPUT. */
export function toAsked({ depth, first, after }: PageArguments): AskedPage {
  const [steps, size] = [depth ?? 3, first ?? 50]
  if (steps < 0 || steps > deepest) throw failure('BAD_USER_INPUT', { message: `depth is from 0 to ${deepest}, not ${steps}.` })
  if (size < 0 || size > mostPage) throw failure('BAD_USER_INPUT', { message: `first is from 0 to ${mostPage}, not ${size}.` })
  return { depth: steps, first: size, after, place: typeof after === 'string' ? fromCursor(after) : undefined }
}

/** What was found, as `Lineage` shows it. */
export function toPage({ first, after, place }: AskedPage, { root, walked, summary }: Explained): object {
  const digests = digestsOf(walked)
  if (place && place.digest !== digests[place.index]) throw failure('BAD_USER_INPUT', { message: 'What the value was made of is not what it was when the page before was read, or `after` is of another lineage. Begin anew, without `after`.' })
  const page = pageOf(walked, place?.index, first)
  const rootAt = root.kind === 'LineageReading' ? parseInstant(root.at) : undefined
  const edges = page.nodes.map(({ node, depth: steps, found, place: index }) => ({ cursor: toCursor({ index, at: rootAt, digest: digests[index] ?? '' }), node: toShown(found, steps, node) }))
  const idOf = (index: number): string => walked.nodes[index]?.node.id ?? ''
  return {
    value: toValue(root), summary, truncated: walked.truncated ?? null,
    nodes: { edges, count: walked.nodes.length, pageInfo: toPageInfo(edges, page.hasMore, after) },
    edges: page.edges.map(({ from, to, role }) => ({ from: idOf(from), to: idOf(to), role })),
  }
}

function check({ property, series, at, source, run, scenario }: WhyArguments): void {
  const wrong = (message: string): Error => failure('BAD_USER_INPUT', { message })
  if ((typeof property === 'string') === (typeof series === 'string')) throw wrong('Say which value: give either `property` or `series`.')
  const ofReadings = Object.entries({ at, source, run }).flatMap(([name, given]) => (given === undefined || given === null ? [] : [`\`${name}\``]))
  if (typeof property === 'string' && ofReadings.length > 0) throw wrong(`${ofReadings.join(' and ')} choose among readings; a property has none. Give \`asOf\` for what it was at an instant.`)
  if (typeof run === 'string' && typeof scenario === 'string') throw wrong('What a run says does not depend on from where it is looked at. Leave out `scenario`.')
}

function instant(text: string): Microseconds {
  const at = parseInstant(text)
  if (at === undefined) throw failure('BAD_USER_INPUT', { message: `\`at\` is ${JSON.stringify(text.slice(0, 80))}, which no reading has: give an instant such as "2026-03-01T06:30:00Z".` })
  return at
}

function toValue(root: LineageNode): unknown {
  const nothing = { property: null, series: null, value: null, unit: null, at: null, source: null, run: null }
  switch (root.kind) {
    case 'LineageProperty': return { ...nothing, twin: root.twin, property: root.property, value: root.value, unit: root.unit }
    case 'LineageReading': return { ...nothing, twin: root.twin, series: root.series, value: root.value, unit: root.unit, at: root.at, source: root.source, run: root.run }
    case 'LineageSeries': return { ...nothing, twin: root.twin, series: root.series, unit: root.unit, source: root.source, run: root.run }
    default: throw new Error(`${root.kind} is no value.`)
  }
}

const toShown = (found: Found, depth: number, node: LineageNode = found.node): Shown => ({ ...node, depth, found })

async function inputsOf({ depth, found }: Shown, { first, after, twin }: InputArguments): Promise<unknown> {
  const size = first ?? 50
  if (size < 0 || size > mostInputs) throw failure('BAD_USER_INPUT', { message: `first is from 0 to ${mostInputs}, not ${size}.` })
  const page = await found.inputs?.({ first: size, after: typeof after === 'string' ? fromInputCursor(after) : undefined, twin: twin ?? undefined })
  const edges = (page?.items ?? []).map(({ place, of }) => ({
    cursor: toInputCursor(place), node: toShown(of, depth + 1),
    because: async () => (await of.causes?.() ?? []).map(({ role, of: cause }: Cause) => ({ role, node: toShown(cause, depth + 2) })),
  }))
  return { edges, pageInfo: toPageInfo(edges, page?.hasMore ?? false, after) }
}

interface Place {
  readonly index: number
  /** Of the reading that was explained: a later one is another's lineage. */
  readonly at: Microseconds | undefined
  /** Over the nodes up to the place. */
  readonly digest: string
}

/** Of each node, over itself and those before it. */
function digestsOf({ nodes }: Walked): readonly string[] {
  let before = ''
  return nodes.map(({ node: { id } }) => (before = sha256(`${before} ${id}`).slice(0, 16)))
}

const toCursor = ({ index, at, digest }: Place): string => Buffer.from(`l1:${index}:${at === undefined ? '' : at}:${digest}`).toString('base64url')

function fromCursor(cursor: string): Place {
  const [, index, at, digest] = /^l1:(\d{1,9}):(-?\d{0,16}):([0-9a-f]{16})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (index === undefined || digest === undefined) throw failure('BAD_USER_INPUT', { message: '`after` is no cursor of a lineage. Give back the endCursor of the page before.' })
  return { index: Number(index), at: at === undefined || at === '' ? undefined : Number(at), digest }
}

const toInputCursor = (place: number): string => Buffer.from(`i1:${place}`).toString('base64url')

function fromInputCursor(cursor: string): number {
  const place = /^i1:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]
  if (place === undefined) throw failure('BAD_USER_INPUT', { message: '`after` is no cursor of inputs. Give back the endCursor of the page before.' })
  return Number(place)
}
