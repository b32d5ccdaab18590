import type { Run } from '../run/run.ts'
import type { EngineRole } from '../simulation/engine.ts'
import type { Json } from '../util/json.ts'
import { ownerOf } from '../telemetry/twin-directory.ts'
import { countBy } from './count-by.ts'
import type { Ground } from './ground.ts'
import type { LineageVantage } from './lineage-ports.ts'
import { type Cause, type DefaultNode, type Found, type InputPage, nodeId } from './lineage-node.ts'
import { vantageOfPin } from './pin-vantage.ts'

/** The twins that a run was made of, in one node: their properties are in its pages, by twin and name. */
export function explainBoundTwins(ground: Ground, run: Run): readonly Found[] {
  const { mapped } = run.report
  if (mapped.length === 0) return []
  const sorted = mapped.toSorted((left, right) => (left.twin < right.twin ? -1 : left.twin > right.twin ? 1 : 0))
  return [{
    node: { kind: 'LineageInputs', id: nodeId('inputs', run.id, 'PROPERTIES'), what: 'PROPERTIES', count: mapped.length, parts: countBy(mapped.map(({ role }) => role)) },
    inputs: async ({ first, after = -1, twin }) => await pageOfTwins(ground, run, sorted.filter((each) => twin === undefined || each.twin === twin), { first, after }),
  }]
}

/** Places count properties within twins, which have fewer than this; and twins that are looked at together. */
const [placesEach, twinsAtOnce] = [10_000, 10]

/** Twins are looked at a few at a time until the page is full. */
async function pageOfTwins(ground: Ground, run: Run, mapped: Run['report']['mapped'], { first, after }: { readonly first: number; readonly after: number }): Promise<InputPage> {
  const all = run.report.mapped.map(({ twin }) => twin).sort()
  const placeOf = new Map(all.map((twin, index) => [twin, index]))
  const from = await vantageOfPin(ground, run)
  const beginOf = (twin: string): number => (placeOf.get(twin) ?? 0) * placesEach
  const items: InputPage['items'][number][] = []
  for (let start = 0; start < mapped.length && items.length <= first; start += twinsAtOnce) {
    const some = mapped.slice(start, start + twinsAtOnce).filter(({ twin }) => beginOf(twin) + placesEach - 1 > after)
    const found = await Promise.all(some.map((each) => propertiesOf(ground, run, each, from)))
    for (const [index, { twin }] of some.entries()) for (const [offset, of] of (found[index] ?? []).entries()) if (beginOf(twin) + offset > after) items.push({ place: beginOf(twin) + offset, of })
  }
  return { items: items.slice(0, first), hasMore: items.length > first }
}

/** What a run was told of the twin that a result is of. */
export async function explainOwnProperties(ground: Ground, run: Run, id: string): Promise<readonly Cause[]> {
  const twin = ownerOf(id)
  const mapped = run.report.mapped.find((each) => each.twin === twin)
  if (!mapped) return []
  const found = await propertiesOf(ground, run, mapped, await vantageOfPin(ground, run))
  return found.map((of) => ({ role: 'COMPUTED_WITH', of }))
}

/** Those that are set, and that the engine understands of such a twin or the run's parameters name; of an engine that does not say, all. */
async function propertiesOf(ground: Ground, run: Run, { twin: id, role }: { readonly twin: string; readonly role: string }, from: LineageVantage): Promise<readonly Found[]> {
  const twin = await ground.twin(id, from)
  const model = twin && ground.registry().get(twin.model)
  if (!model) return []
  const roles = ground.engines.find((engine) => engine.id === run.engine.id)?.roles ?? []
  const known = understood(roles, role, run.request)
  const ignored = new Set(run.report.ignored.flatMap((each) => (each.twin === id ? [each.what] : [])))
  const own = [...model.contents.values()].flatMap((content) => (content.kind === 'Property' ? [content.name] : []))
  const inner = [...model.contents.values()].flatMap((content) => (content.kind !== 'Component' ? [] : [...ground.registry().get(content.schema)?.contents.values() ?? []].flatMap(({ kind, name }) => (kind === 'Property' ? [`${content.name}.${name}`] : []))))
  const names = [...own, ...inner].filter((name) => !ignored.has(name) && (known === undefined || known.has(name))).sort()
  const found = await Promise.all(names.map((property) => ground.explain.property(ground, { twin: id, property }, from)))
  return found.flatMap((each) => (each && each.node.value !== null ? [each] : []))
}

function understood(roles: readonly EngineRole[], role: string, request: Json): ReadonlySet<string> | undefined {
  const named = roles.find((each) => each.role === role)?.properties.map(({ name }) => name)
  if (!named || named.length === 0) return undefined
  return new Set([...named, ...textsIn((request as { readonly parameters?: Json } | null)?.parameters ?? null)])
}

/** Every text of a JSON value. */
function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap((each) => textsIn(each)) : []
}

const mostDefaults = 20

/** What no twin said, and a default stood for. */
export function explainDefaults({ id, report: { defaulted } }: Run): readonly Found[] {
  const each = defaulted.map(({ twin, property, value, why }): Found<DefaultNode> => ({ node: { kind: 'LineageDefault', id: nodeId('default', id, twin, property), twin, property, value, why } }))
  if (each.length <= mostDefaults) return each
  return [{
    node: { kind: 'LineageInputs', id: nodeId('inputs', id, 'DEFAULTS'), what: 'DEFAULTS', count: each.length, parts: countBy(defaulted.map(({ property }) => property)) },
    inputs({ first, after = -1, twin }) {
      const wanted = [...each.entries()].filter(([place, { node }]) => place > after && (twin === undefined || node.twin === twin))
      return Promise.resolve({ items: wanted.slice(0, first).map(([place, of]) => ({ place, of })), hasMore: wanted.length > first })
    },
  }]
}
