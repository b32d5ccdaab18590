import { readStored } from '../../domain/values.ts'
import { compareContents } from '../../model/compatibility/compare-contents.ts'
import { conform } from '../../model/conform.ts'
import type { Content, Property, Relationship, Schema } from '../../model/model.ts'
import type { RegisteredModel, Registry } from '../../model/registry.ts'
import type { ItemProblem, ProblemCode } from '../../problem.ts'
import { mapKeysColumn } from '../columns.ts'
import { encodeValue } from '../encode-value.ts'
import { componentId } from '../state.ts'
import { listElementKind, storedKind } from '../stored-value.ts'
import type { Columns } from '../writes.ts'
import type { MigratingTwin, RelatedModels, TwinMigration } from './migration-store.ts'

export interface Migration {
  readonly registry: Registry
  readonly from: RegisteredModel
  readonly to: RegisteredModel
}

export type MigrationOutcome = { readonly ok: true; readonly migration: TwinMigration } | { readonly ok: false; readonly problems: readonly ItemProblem[] }

/** Decides whether a twin conforms to its new model as it is, and what has to be stored otherwise. Nothing is dropped: a value that has no place is a problem. */
export function migrateTwin(migration: Migration, twin: MigratingTwin): MigrationOutcome {
  const own = migrateValues(twin.values, propertiesOf(migration.from), propertiesOf(migration.to))
  const parts = migrateComponents(migration, twin)
  const problems = [...own.problems, ...parts.problems, ...outgoingProblems(migration, twin.outgoing), ...incomingProblems(migration, twin.incoming), ...wordProblems(migration, twin.words)]
  if (problems.length > 0) return { ok: false, problems: problems.map((problem) => ({ ...problem, twin: twin.id })) }
  return { ok: true, migration: { id: twin.id, set: own.set, newComponents: parts.added, endedComponents: parts.ended } }
}

type Contents = ReadonlyMap<string, Content>
type Properties = ReadonlyMap<string, Property>

const propertiesOf = ({ contents }: { readonly contents: Contents }): Properties => new Map([...contents.values()].flatMap((content) => (content.kind === 'Property' ? [[content.name, content]] : [])))

function problem(code: ProblemCode, message: string, ...path: readonly string[]): ItemProblem {
  const property = path.at(-1)
  return { code, message, path, ...(property !== undefined && { property }) }
}

function migrateValues(values: ReadonlyMap<string, unknown>, from: Properties, to: Properties): { readonly set: Columns; readonly problems: readonly ItemProblem[] } {
  const problems: ItemProblem[] = []
  const set = Object.create(null) as Record<string, Columns[string]>
  for (const [name, stored] of values) {
    const [before, after] = [from.get(name), to.get(name)]
    if (!before) continue
    if (!after) {
      problems.push(problem('UNKNOWN_PROPERTY', `${name} has a value, but the new model has no such property. Remove the value first.`, name))
      continue
    }
    const value = toJson(before.schema, stored)
    const wrong = conform(after.schema, value, { longsAsStrings: true })
    problems.push(...wrong.map(({ path, message }) => problem('WRONG_TYPE', `${[name, ...path].join('.')}: ${message}`, name, ...path)))
    if (wrong.length === 0 && !isStoredAlike(before.schema, after.schema)) Object.assign(set, columnsOf(name, before.schema, after.schema, value))
  }
  const missing = [...to.values()].filter(({ name, required }) => required && !values.has(name))
  return { set, problems: [...problems, ...missing.map(({ name }) => problem('REQUIRED_MISSING', `${name} is required by the new model and has no value. Give it one of the old model's properties first, or publish it as optional.`, name))] }
}

function columnsOf(name: string, before: Schema, after: Schema, value: unknown): Columns {
  return {
    [name]: encodeValue(after, value),
    ...(after.kind === 'map' ? { [mapKeysColumn(name)]: Object.keys(value as object) } : before.kind === 'map' ? { [mapKeysColumn(name)]: null } : {}),
  }
}

const isStoredAlike = (a: Schema, b: Schema): boolean => storedKind(a) === storedKind(b) && listElementKind(a) === listElementKind(b) && (a.kind === 'map') === (b.kind === 'map')

/** A stored value in DTDL's JSON form; integers come as text. */
function toJson(schema: Schema, stored: unknown): unknown {
  if (listElementKind(schema) === 'integer' && Array.isArray(stored)) return stored.map(toNumber)
  return storedKind(schema) === 'integer' ? toNumber(stored) : (readStored(schema)?.(stored) ?? stored)
}

const toNumber = (text: unknown): unknown => (Number.isSafeInteger(Number(text)) ? Number(text) : text)

function migrateComponents({ registry, to }: Migration, twin: MigratingTwin): { readonly added: TwinMigration['newComponents']; readonly ended: readonly string[]; readonly problems: readonly ItemProblem[] } {
  const present = new Map(twin.components.map((component) => [component.name, component]))
  const wanted = new Map([...to.contents.values()].flatMap((content) => (content.kind === 'Component' ? [[content.name, content.schema]] : [])))
  const added = [...wanted].flatMap(([name, schema]) => {
    const model = present.has(name) ? undefined : registry.get(schema)
    return model ? [{ id: componentId(twin.id, name), name, model }] : []
  })
  const gone = twin.components.filter(({ name }) => !wanted.has(name))
  return {
    added: added.map(({ id, name, model }) => ({ id, name, model: model.id, labels: model.labels })),
    ended: gone.map(({ id }) => id),
    problems: [
      ...twin.taken.map((name) => problem('ALREADY_EXISTS', `The new component ${name} would have the id ${JSON.stringify(componentId(twin.id, name))}, which a twin has. Delete that twin first.`, name)),
      ...added.flatMap(({ name, model }) => [...propertiesOf(model).values()].filter(({ required }) => required).map((property) => problem('REQUIRED_MISSING', `The new component ${name} needs a value of ${property.name}.`, name, property.name))),
      ...gone.filter(({ values }) => values.size > 0).map(({ name }) => problem('UNKNOWN_COMPONENT', `The component ${name} has values, but the new model has no such component. Remove the values first.`, name)),
      ...twin.components.flatMap(({ name, model }) => {
        const schema = wanted.get(name)
        return schema === undefined || schema === model ? [] : [problem('UNSUPPORTED', `The component ${name} is a ${model} and would have to be a ${schema}. Keep its model in the new version.`, name)]
      }),
    ],
  }
}

/** What a scenario says cannot be migrated with the twin, since it would not be what was said: it has to suit the new model as it is. */
function wordProblems({ from, to }: Migration, words: MigratingTwin['words']): readonly ItemProblem[] {
  const [before, after] = [propertiesOf(from), propertiesOf(to)]
  return words.flatMap(({ scenario, names, values }) => {
    const { set, problems } = migrateValues(values, before, new Map([...after].map(([name, property]) => [name, { ...property, required: false }])))
    const unfit = new Set([...names.filter((name) => !after.has(name)), ...Object.keys(set), ...problems.flatMap(({ property }) => property ?? [])])
    const said = (name: string): string => `The scenario ${JSON.stringify(scenario)} says something of ${name} that does not suit the new model. Promote or discard the scenario first.`
    return [...unfit].map((name) => problem(after.has(name) ? 'WRONG_TYPE' : 'UNKNOWN_PROPERTY', said(name), name))
  })
}

/** Names of the components that twins get. */
export const addedComponents = ({ from, to }: Pick<Migration, 'from' | 'to'>): readonly string[] =>
  [...to.contents.values()].flatMap(({ kind, name }) => (kind === 'Component' && from.contents.get(name)?.kind !== 'Component' ? [name] : []))

/** Twins of the old model at the other end are of the new one soon. */
function outgoingProblems({ registry, from, to }: Migration, related: readonly RelatedModels[]): readonly ItemProblem[] {
  const problems = related.flatMap(({ name, model, count }) => {
    const relationship = to.contents.get(name)
    if (relationship?.kind !== 'Relationship') return [problem('UNKNOWN_RELATIONSHIP', `It has ${count} relationships ${name}, but the new model has none of the name. Unrelate them first.`, name)]
    if (!leadsTo(registry, relationship, model === from.id ? to : registry.get(model))) return [problem('WRONG_TARGET', `Its ${name} leads to ${count} twins of ${model}; in the new model it leads to ${relationship.target ?? 'any twin'}.`, name)]
    return []
  })
  return [...problems, ...[...Map.groupBy(related, ({ name }) => name)].flatMap(([name, groups]) => relationshipProblems(from.contents.get(name), to.contents.get(name), groups.reduce((sum, { count }) => sum + count, 0)))]
}

function relationshipProblems(before: Content | undefined, after: Content | undefined, count: number): readonly ItemProblem[] {
  if (before?.kind !== 'Relationship' || after?.kind !== 'Relationship') return []
  const most = after.maxMultiplicity ?? Infinity
  const broken = compareContents(byName(before.properties), byName(after.properties)).filter(({ kind }) => kind === 'BREAKING')
  return [
    ...(count > most ? [problem('TOO_MANY_RELATIONSHIPS', `It has ${count} relationships ${after.name}; the new model allows ${most}.`, after.name)] : []),
    ...broken.map(({ what, path }) => problem('WRONG_TYPE', `Values of its ${after.name} may not conform: ${what}`, after.name, ...path)),
  ]
}

const byName = (properties: readonly Property[]): Contents => new Map(properties.map((property) => [property.name, property]))

/** From twins of other models; those of the old one are looked at from their own end. */
function incomingProblems({ registry, from, to }: Migration, related: readonly RelatedModels[]): readonly ItemProblem[] {
  return related.filter(({ model }) => model !== from.id).flatMap(({ name, model, count }) => {
    const relationship = registry.get(model)?.contents.get(name)
    if (relationship?.kind !== 'Relationship' || leadsTo(registry, relationship, to)) return []
    return [problem('WRONG_TARGET', `${count} relationships ${name} of twins of ${model} lead to it; they lead to ${relationship.target ?? 'any twin'} only, which the new model is not.`, name)]
  })
}

/** A target that is not published is any twin. */
const leadsTo = (registry: Registry, { target }: Relationship, model: RegisteredModel | undefined): boolean =>
  target === undefined || registry.get(target) === undefined || model === undefined || model.isA(target)
