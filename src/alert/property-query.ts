import type { Registry } from '../model/registry.ts'
import { seriesKind } from '../telemetry/series-kind.ts'
import type { ThresholdCondition } from './rule.ts'
import type { TwinQuery } from './twin-watch.ts'

/** The live query of the twins whose property is not clear, with its value. Of whole numbers the bound is one. */
export function propertyQuery({ of: { model, where, twins }, property, direction, clear }: ThresholdCondition, registry: Registry): TwinQuery {
  const name = property ?? ''
  const content = model === null ? undefined : registry.byType(model)?.contents.get(name)
  const isWhole = content?.kind === 'Property' && seriesKind(content.schema) === 'integer'
  const bound = direction === 'ABOVE' ? { gt: isWhole ? Math.floor(clear) : clear } : { lt: isWhole ? Math.ceil(clear) : clear }
  return { model, property: name, where: { AND: [{ [name]: bound }, ...(where === null ? [] : [where]), ...(twins === null ? [] : [{ _id: { in: twins } }])] } }
}
