import type { SeriesKey } from '../telemetry/reading.ts'
import { type Override, ownSeries } from './override.ts'
import type { OverrideStore } from './override-store.ts'

/** An override that is looked at, and where its own readings are. */
export interface FoundOverride extends Override {
  readonly own: SeriesKey
}

/** What scenarios say of telemetry, the nearest one first. */
export interface Overrides {
  /** Undefined where none of them says anything of the series. */
  of(series: SeriesKey): FoundOverride | undefined
  /** Of every series of the name. */
  named(name: string): readonly FoundOverride[]
}

/** Knows what is said in scenarios, by whichever process. */
export interface OverrideBook {
  /** As of the call or later. Fails with STORE_UNAVAILABLE. */
  find(chain: readonly number[]): Promise<Overrides>
}

interface Kept {
  readonly version: number
  readonly overrides: readonly FoundOverride[]
}

/** Scenarios whose overrides are remembered. */
const mostKept = 50

/**
 * Remembers the overrides of scenarios, and asks for their versions every time, in one statement for all who ask in one turn: a read that follows a write has to
 * see it, whichever process wrote.
 */
export function createOverrideBook(store: Pick<OverrideStore, 'versions' | 'load'>): OverrideBook {
  const kept = new Map<number, Kept>()
  let next: { readonly scenarios: Set<number>; readonly found: Promise<ReadonlyMap<number, Kept>> } | undefined

  const look = async (scenarios: readonly number[]): Promise<ReadonlyMap<number, Kept>> => {
    const versions = await store.versions(scenarios)
    const found = await Promise.all(scenarios.map(async (scenario, index): Promise<[number, Kept]> => [scenario, await obtain(scenario, versions[index] ?? 0)]))
    return new Map(found)
  }

  /** What is loaded is of this version or a later one: then the next who ask load it again. */
  const obtain = async (scenario: number, version: number): Promise<Kept> => {
    const known = kept.get(scenario)
    if (known && known.version >= version) return known
    const overrides = version === 0 ? [] : (await store.load(scenario)).map((each) => ({ ...each, own: ownSeries(scenario, each.series, each.run) }))
    const fresh = { version, overrides }
    kept.delete(scenario) // the last of a map is the one used last
    kept.set(scenario, fresh)
    for (const oldest of kept.keys()) if (kept.size > mostKept) kept.delete(oldest)
    return fresh
  }

  const lookWithOthers = (chain: readonly number[]): Promise<ReadonlyMap<number, Kept>> => {
    if (!next) {
      const scenarios = new Set<number>()
      next = { scenarios, found: new Promise((resolve) => setImmediate(resolve)).then(() => {
        next = undefined
        return look([...scenarios])
      }) }
    }
    for (const scenario of chain) next.scenarios.add(scenario)
    return next.found
  }

  return {
    async find(chain) {
      const found = await lookWithOthers(chain)
      return toOverrides(chain.flatMap((scenario) => found.get(scenario)?.overrides ?? []))
    },
  }
}

function toOverrides(nearestFirst: readonly FoundOverride[]): Overrides {
  const bySeries = new Map<string, FoundOverride>()
  for (const each of nearestFirst) if (!bySeries.has(idOf(each.series))) bySeries.set(idOf(each.series), each)
  return {
    of: (series) => (series.source === 'MEASURED' ? bySeries.get(idOf(series)) : undefined),
    named: (name) => [...bySeries.values()].filter(({ series }) => series.name === name),
  }
}

/** A telemetry whose values are of another kind by now is another series. */
const idOf = ({ twin, name, kind }: SeriesKey): string => `${kind}\0${name}\0${twin}`
