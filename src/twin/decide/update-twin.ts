import type { RegisteredModel } from '../../model/registry.ts'
import type { ItemProblem } from '../../problem.ts'
import { checkPatch } from '../check-values.ts'
import type { UpdateTwin, Values } from '../command.ts'
import { toJsonText } from '../encode-value.ts'
import { componentId, isObject } from '../state.ts'
import { componentsOf, hintOf, propertiesOf } from './create-twin.ts'
import { type Draft, type ItemOutcome, type ItemWrites, knownModel, notFound, noWrites, outcome, pathOf } from './draft.ts'
import { another, stale } from './stale.ts'

/** A merge patch of a twin's properties and components. The twin's version counts both. */
export function decideUpdateTwin(draft: Draft, { id, patch, ifVersion, ifBorn, model: expected }: UpdateTwin): ItemOutcome {
  const present = draft.state.twins.get(id)
  const model = present && knownModel(draft, present)
  if (!present || !model || (expected !== undefined && !model.isA(expected))) return outcome(noWrites(), [notFound(draft, id, 'id')])
  if (ifBorn !== undefined && ifBorn !== present.born) return outcome(noWrites(), [another(draft, `The twin ${id}`, id, present.version)])
  const problems: ItemProblem[] = []
  if (ifVersion !== undefined && ifVersion !== present.version) problems.push(stale(draft, `The twin ${id}`, id, ifVersion, present.version))
  const writes = noWrites()
  const names = new Set(componentsOf(model).map((component) => component.name))
  const [parts, properties] = split(patch, names)
  const own = checkPatch({ what: `twin ${id}`, properties: propertiesOf(model), path: pathOf(draft, 'patch'), hint: hintOf(model, 'an object under its name') }, properties, present.values)
  problems.push(...own.problems)
  for (const [name, values] of Object.entries(parts)) problems.push(...decideComponent(draft, id, model, name, values, writes))
  writes.updates.push({ id, set: own.columns, version: present.version + 1, journal: { op: 'update', id, model: model.id, patch: toJsonText(patch) } })
  return outcome(writes, problems.map((problem) => ({ ...problem, item: draft.item, twin: id })))
}

/** The patches of components, and the patch of the twin's own properties. A patch that is no object is left to be refused. */
function split(patch: Values, components: ReadonlySet<string>): readonly [Readonly<Record<string, unknown>>, Values] {
  if (!isObject(patch)) return [{}, patch]
  const entries = Object.entries(patch)
  return [Object.fromEntries(entries.filter(([name]) => components.has(name))), Object.fromEntries(entries.filter(([name]) => !components.has(name)))]
}

function decideComponent(draft: Draft, owner: string, model: RegisteredModel, name: string, values: unknown, writes: ItemWrites): readonly ItemProblem[] {
  const component = model.contents.get(name)
  const type = component?.kind === 'Component' ? draft.registry.get(component.schema) : undefined
  const id = componentId(owner, name)
  const present = draft.state.components.get(id)
  if (!type || !present) throw new Error(`The component ${id} is missing from the store.`)
  const path = pathOf(draft, 'patch', name)
  if (!isObject(values)) return [{ code: 'WRONG_TYPE', message: `The component ${name} of twin ${owner} is patched by an object of its property values; it cannot be removed.`, path, property: name }]
  const checked = checkPatch({ what: `component ${name} of twin ${owner}`, properties: propertiesOf(type), path }, values, present.values)
  writes.componentUpdates.push({ id, set: checked.columns, version: present.version + 1, journal: { op: 'update', id, model: model.id, patch: toJsonText(values) } })
  return checked.problems
}
