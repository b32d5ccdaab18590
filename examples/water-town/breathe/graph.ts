import type { Network } from '../../../src/simulation/network.ts'
import type { Json } from '../../../src/util/json.ts'
import type { TwinInput } from '../twin-input.ts'

/** The plan as engines read it from the twin graph. */
export function toGraph(plan: readonly TwinInput[]): Network {
  return {
    twins: plan.map(({ id, model, properties, components }) => ({ id, model, properties: toJson({ ...properties, ...components }) })),
    relationships: plan.flatMap((twin) => twin.relationships.map(({ id, name, to, properties = {} }, index) => ({ id: id ?? `${twin.id} ${index}`, name, from: twin.id, to, properties: toJson(properties) }))),
  }
}

/** What the plan says is what is sent to the server, as JSON. */
const toJson = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, Json>> => JSON.parse(JSON.stringify(values)) as Readonly<Record<string, Json>>
