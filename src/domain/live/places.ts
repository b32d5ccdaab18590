import type { Place } from '../../change/live/live-plan.ts'
import type { RegisteredModel, Registry } from '../../model/registry.ts'
import type { Step } from '../compile/live.ts'
import type { Watched } from './watched.ts'

/** A place of a live query, and the way from its own twins to it. */
export interface PlacedAt {
  readonly place: Place
  readonly way: readonly Step[]
}

/** What is watched, as a list; the first is the query's own twins. `only`: of one twin alone. */
export function placesOf(watched: Watched, registry: Registry, only: string | undefined): readonly PlacedAt[] {
  const found: PlacedAt[] = []
  const walk = (at: Watched, way: readonly Step[], component: string | undefined): void => {
    const { properties, all, latest, series, hops } = at
    found.push({
      way,
      place: {
        component, properties, all, latest, series, only: way.length === 0 ? only : undefined, isOf: isOf(registry, component === undefined ? at.model : undefined),
        links: hops.some(({ name }) => name === undefined) ? 'any' : new Set(hops.flatMap(({ name }) => name ?? [])), bothEnds: hops.some(({ direction }) => direction !== 'OUT'),
      },
    })
    for (const [name, part] of at.components) walk(part, way, component === undefined ? name : `${component}#${name}`)
    for (const { name, direction, to } of hops) walk(to, [...way, { name, direction, to: to.model }], undefined)
  }
  walk(watched, [], undefined)
  return found
}

/** A model that is not known may have been published since: then it could be one. */
function isOf(registry: Registry, model: RegisteredModel | undefined): (dtmi: string) => boolean {
  if (!model) return () => true
  const known = new Map<string, boolean>()
  return (dtmi) => {
    let is = known.get(dtmi)
    if (is === undefined) known.set(dtmi, (is = registry.get(dtmi)?.isA(model.id) ?? true))
    return is
  }
}
