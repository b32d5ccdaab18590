import type { Registry } from '../model/registry.ts'
import { compareRelationships, compareTwins, type DiffKind, type RelationshipDiff, type TwinDiff } from './compare.ts'
import { byRelationship, byText, type Pair, type RelationshipKey, type RelationshipState, type TwoGraphs, type TwinState } from './state.ts'

export interface DiffCounts {
  readonly added: number
  readonly removed: number
  readonly changed: number
}

/** Only twins of these, and relationships with an end among them; undefined: all. */
export interface DiffScope {
  readonly of: ReadonlySet<string> | undefined
  /** DTMIs, whose subtypes count. */
  readonly models: readonly string[] | undefined
}

export interface DiffPageOptions<Key> {
  readonly first: number
  /** Only what comes behind it. */
  readonly after: Key | undefined
  /** Only differences of these kinds; undefined: of all. */
  readonly kinds: readonly DiffKind[] | undefined
  readonly signal?: AbortSignal | undefined
}

export interface DiffPage<Item> {
  readonly items: readonly Item[]
  readonly hasMore: boolean
}

/** A relationship that leads elsewhere differs twice. */
export interface RelationshipPlace extends RelationshipKey {
  readonly kind: DiffKind
}

/** What differs between two graphs, in the order of ids. */
export interface Diff {
  twins(options: DiffPageOptions<string>): Promise<DiffPage<TwinDiff>>
  relationships(options: DiffPageOptions<RelationshipPlace>): Promise<DiffPage<RelationshipDiff>>
  countTwins(signal?: AbortSignal): Promise<DiffCounts>
  countRelationships(signal?: AbortSignal): Promise<DiffCounts>
}

/** Compared at once. */
const portion = 500

/** What may differ is looked at in portions until a page is full; counting looks at all of it. */
export function createDiff(graphs: TwoGraphs, { of, models: wanted }: DiffScope, models: Registry): Diff {
  const isWanted = (id: string): boolean => of?.has(id) !== false
  const isOf = (model: string | undefined): boolean => wanted === undefined || (model !== undefined && wanted.some((each) => models.get(model)?.isA(each) ?? model === each))
  const anyOf = <S>(pair: Pair<S>, model: (state: S) => string): boolean => [pair.before, pair.after].some((state) => state !== undefined && isOf(model(state)))

  let [foundTwins, foundRelationships]: [ReturnType<TwoGraphs['twins']> | undefined, ReturnType<TwoGraphs['relationships']> | undefined] = [undefined, undefined] // a page and its count look for them together

  async function* twins(after: string | undefined, signal: AbortSignal | undefined): AsyncGenerator<TwinDiff> {
    const ids = (await (foundTwins ??= graphs.twins(signal))).filter((id) => isWanted(id) && (after === undefined || byText(id, after) > 0))
    for (let start = 0; start < ids.length; start += portion) {
      const some = ids.slice(start, start + portion)
      for (const [index, pair] of (await graphs.twinStates(some, signal)).entries()) {
        const difference = anyOf<TwinState>(pair, ({ model }) => model) ? compareTwins(some[index] ?? '', pair, models) : undefined
        if (difference) yield difference
      }
    }
  }
  async function* relationships(after: RelationshipPlace | undefined, signal: AbortSignal | undefined): AsyncGenerator<RelationshipDiff> {
    const keys = (await (foundRelationships ??= graphs.relationships(signal))).filter((key) => after === undefined || byRelationship(key, after) >= 0)
    for (let start = 0; start < keys.length; start += portion) {
      const some = keys.slice(start, start + portion)
      for (const [index, pair] of (await graphs.relationshipStates(some, signal)).entries()) {
        const key = some[index]
        if (!key || !(anyOf<RelationshipState>(pair, ({ model }) => model) || anyOf<RelationshipState>(pair, ({ targetModel }) => targetModel))) continue
        for (const difference of compareRelationships(key, pair, models)) {
          if ((isWanted(key.from) || isWanted(difference.to)) && (after === undefined || byPlace(difference, after) > 0)) yield difference
        }
      }
    }
  }
  return {
    twins: ({ first, after, kinds, signal }) => page(twins(after, signal), first, kinds),
    relationships: ({ first, after, kinds, signal }) => page(relationships(after, signal), first, kinds),
    countTwins: (signal) => count(twins(undefined, signal)),
    countRelationships: (signal) => count(relationships(undefined, signal)),
  }
}

/** What is removed stands before what is added, so that it can be done in this order. */
const byPlace = (left: RelationshipPlace, right: RelationshipPlace): number => byRelationship(left, right) || byText(right.kind, left.kind)

async function page<Item extends { readonly kind: DiffKind }>(all: AsyncGenerator<Item>, first: number, kinds: readonly DiffKind[] | undefined): Promise<DiffPage<Item>> {
  const items: Item[] = []
  for await (const item of all) {
    if (kinds?.includes(item.kind) === false) continue
    if (items.length === first) return { items, hasMore: true }
    items.push(item)
  }
  return { items, hasMore: false }
}

async function count(all: AsyncGenerator<{ readonly kind: DiffKind }>): Promise<DiffCounts> {
  const counts = { ADDED: 0, REMOVED: 0, CHANGED: 0 }
  for await (const { kind } of all) counts[kind] += 1
  return { added: counts.ADDED, removed: counts.REMOVED, changed: counts.CHANGED }
}
