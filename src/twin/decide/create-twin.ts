import type { Component, Property } from '../../model/model.ts'
import type { RegisteredModel } from '../../model/registry.ts'
import type { ItemProblem } from '../../problem.ts'
import { nearest } from '../../util/nearest.ts'
import { checkNew, type Checked } from '../check-values.ts'
import type { CreateTwin } from '../command.ts'
import { idRule, isValidId } from '../id.ts'
import { componentId, isObject, ownerOf, sourceKey } from '../state.ts'
import { append, type Draft, given, type ItemOutcome, type ItemWrites, noWrites, outcome, pathOf } from './draft.ts'
import { decideRelate } from './relate.ts'

/** A new twin with its components, which all exist from its beginning, and its relationships. */
export function decideCreateTwin(draft: Draft, command: CreateTwin): ItemOutcome {
  const { id } = command
  const named = (problem: Omit<ItemProblem, 'item' | 'twin'>): ItemProblem => ({ ...problem, item: draft.item, twin: id })
  if (!isValidId(id)) return outcome(noWrites(), [named({ code: 'INVALID_ID', message: `${JSON.stringify(id.slice(0, 80))} cannot be an id. ${idRule}`, path: pathOf(draft, 'id') })])
  const model = draft.registry.get(command.model)
  if (!model) return outcome(noWrites(), [named({ code: 'UNKNOWN_MODEL', message: `The model ${command.model.slice(0, 200)} of twin ${id} is not published. Publish it, or use the DTMI of a published one.`, path: pathOf(draft, 'model') })])
  const problems: ItemProblem[] = []
  if (model.state === 'RETIRED') problems.push(named({ code: 'MODEL_NOT_ACTIVE', message: `The model ${model.id} is retired${model.replacedBy ? `; use ${model.replacedBy}` : ''}. Existing twins of it can be changed, but none created.`, path: pathOf(draft, 'model') }))
  const taken = whyTaken(draft, id, model)
  if (taken !== undefined) problems.push(named({ code: 'ALREADY_EXISTS', message: taken, path: pathOf(draft, 'id') }))

  const own = checkNew({ what: `twin ${id}`, properties: propertiesOf(model), path: pathOf(draft, 'properties'), hint: hintOf(model, 'components') }, command.properties)
  const components = checkComponents(draft, id, model, command.components)
  const writes = noWrites()
  writes.creates.push({
    id, model: model.id, labels: model.labels, columns: own.columns,
    components: components.map(({ component, type, checked }) => ({ id: componentId(id, component.name), name: component.name, model: type.id, labels: type.labels, columns: checked.columns })),
  })
  writes.journal.push({ op: 'create', id, model: model.id, ...given(command.properties, command.components) })
  const related = decideRelationships(draft, command)
  writes.links.push(...related.writes.links)
  writes.journal.push(...related.writes.journal)
  problems.push(...related.problems)
  problems.push(...[...own.problems, ...components.flatMap(({ checked }) => checked.problems), ...unknownComponents(draft, id, model, command.components)].map(named))
  return outcome(writes, problems)
}

/** Ids of twins and of components are of one namespace: what is said of one is never taken for the other's. */
function whyTaken({ state, made, doomed }: Draft, id: string, model: RegisteredModel): string | undefined {
  const shown = JSON.stringify(id)
  if (state.twins.has(id)) return `There is a twin ${shown} already. Choose another id, or update that one.`
  if (state.deleted.has(id)) return `This scenario deleted the twin ${shown}; its id cannot be used anew in it. Choose another id.`
  const [owner, name] = [ownerOf(id), id.slice(id.lastIndexOf('#') + 1)]
  const isPart = state.components.has(id) || (id.includes('#') && made.get(owner)?.contents.get(name)?.kind === 'Component')
  if (isPart) return `${shown} is the id of a component: of ${name} of the twin ${JSON.stringify(owner)}. Choose another id.`
  const inTheWay = componentsOf(model).map((component) => componentId(id, component.name)).find((part) => state.twins.has(part) && !doomed.has(part))
  return inTheWay === undefined ? undefined : `A component of the twin ${shown} would have the id ${JSON.stringify(inTheWay)}, which a twin has. Choose another id, or delete that twin.`
}

/** The twin is among those the changeset makes, so its relationships are decided like any other. */
function decideRelationships(draft: Draft, { id, relationships }: CreateTwin): { readonly writes: ItemWrites; readonly problems: readonly ItemProblem[] } {
  const writes = noWrites()
  const problems: ItemProblem[] = []
  const added = new Map(relationships.flatMap(({ name }) => { // of this source only: a copy of all would take the square of a long mutation's time
    const [key, known] = [sourceKey(id, name), draft.added.get(sourceKey(id, name))]
    return known ? [[key, known] as const] : []
  }))
  for (const [index, relationship] of relationships.entries()) {
    const decided = decideRelate({ ...draft, added }, { kind: 'relate', from: id, ...relationship }, ['relationships', String(index)])
    if (!decided.ok) {
      problems.push(...decided.problems)
      continue
    }
    const key = sourceKey(id, relationship.name)
    added.set(key, new Set([...(added.get(key) ?? []), relationship.id]))
    append(writes, decided.writes)
  }
  return { writes, problems }
}

export function propertiesOf(model: RegisteredModel): ReadonlyMap<string, Property> {
  const known = cache.get(model)
  if (known) return known
  const properties = new Map([...model.contents].flatMap(([name, content]) => (content.kind === 'Property' ? [[name, content] as const] : [])))
  cache.set(model, properties)
  return properties
}
const cache = new WeakMap<RegisteredModel, ReadonlyMap<string, Property>>()

/** What to do about a name that the model has, but not as a property. `components`: the argument they are given in. */
export function hintOf(model: RegisteredModel, components: string): (name: string) => string | undefined {
  return (name) => {
    switch (model.contents.get(name)?.kind) {
      case 'Component': return `It is a component: give its values in ${components}.`
      case 'Telemetry': return 'It is telemetry: send it as a reading.'
      case 'Relationship': return 'It is a relationship: use relate.'
      case 'Command': return 'It is a command.'
      default: return undefined
    }
  }
}

export function componentsOf(model: RegisteredModel): readonly Component[] {
  return [...model.contents.values()].filter((content) => content.kind === 'Component')
}

function checkComponents(draft: Draft, id: string, model: RegisteredModel, given: CreateTwin['components']): readonly { readonly component: Component; readonly type: RegisteredModel; readonly checked: Checked }[] {
  return componentsOf(model).flatMap((component) => {
    const type = draft.registry.get(component.schema)
    if (!type) return []
    const values = isObject(given) && Object.hasOwn(given, component.name) ? given[component.name] : {}
    const path = pathOf(draft, 'components', component.name)
    return [{ component, type, checked: checkNew({ what: `component ${component.name} of twin ${id}`, properties: propertiesOf(type), path }, values) }]
  })
}

function unknownComponents(draft: Draft, id: string, model: RegisteredModel, given: CreateTwin['components']): readonly ItemProblem[] {
  if (!isObject(given)) return [{ code: 'WRONG_TYPE', message: `The components of twin ${id} are given as an object: by name, the values of each.`, path: pathOf(draft, 'components') }]
  const known = new Set(componentsOf(model).map((component) => component.name))
  return Object.keys(given).filter((name) => !known.has(name)).map((name) => {
    const near = nearest(name, known)
    return { code: 'UNKNOWN_COMPONENT', message: `The model of twin ${id} has no component ${JSON.stringify(name.slice(0, 100))}. ${near ? `Did you mean ${near}?` : `It has ${[...known].join(', ') || 'none'}.`}`, path: pathOf(draft, 'components', name), property: name }
  })
}
