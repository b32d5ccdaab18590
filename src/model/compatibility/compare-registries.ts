import { parseDtmi, withoutVersion } from '../dtmi.ts'
import type { Dtmi } from '../model.ts'
import type { RegisteredModel, Registry } from '../registry.ts'
import { compareContents } from './compare-contents.ts'
import { breaking, compatible, type Difference, type ModelChange } from './model-change.ts'

/**
 * What publishing the fresh models does to clients of the API. A published model never changes, so there are three things only:
 * what is new; how a new version differs from the one before; and which types of models that were there turn into something else.
 */
export function compareRegistries(before: Registry, after: Registry, fresh: readonly Dtmi[]): readonly ModelChange[] {
  if (fresh.length === 0) return []
  const added = fresh.flatMap((id) => after.get(id) ?? [])
  const versions = versionsOf(after)
  return [
    ...added.map(addition),
    ...added.flatMap((model) => {
      const previous = previousVersion(versions, model)
      return previous ? ofType(model, compareVersions(previous, model)) : []
    }),
    ...[...before.models.values()].flatMap((model) => ofType(model, becameInterface(model, after.get(model.id)))),
    ...[...before.models.values()].flatMap((model) => ofType(model, arrivedTargets(model, before, after))),
  ]
}

function addition(model: RegisteredModel): ModelChange {
  const { type, singular, plural } = model.names
  const kind = model.children.length > 0 ? `The interface ${type} and the type ${type}_` : `The type ${type}`
  return { dtmi: model.id, kind: 'ADDED', what: `${kind}, with the fields ${singular}, ${plural} and ${plural}Connection.`, path: [type] }
}

const ofType = (model: RegisteredModel, differences: readonly Difference[]): readonly ModelChange[] =>
  differences.map(({ kind, what, path }) => ({ dtmi: model.id, kind, what, path: [model.names.type, ...path] }))

function compareVersions(previous: RegisteredModel, model: RegisteredModel): readonly Difference[] {
  return [
    ...previous.ancestors.filter(({ id }) => !model.isA(id)).map(({ id, names }) => breaking(`Unlike ${previous.id}, it does not extend ${names.type} (${id}).`)),
    ...model.ancestors.filter(({ id }) => !previous.isA(id)).map(({ id, names }) => compatible(`Unlike ${previous.id}, it extends ${names.type} (${id}).`)),
    ...compareContents(previous.contents, model.contents).map((difference) => ({ ...difference, what: `Since ${previous.id}: ${difference.what}` })),
  ]
}

function becameInterface(model: RegisteredModel, now: RegisteredModel | undefined): readonly Difference[] {
  if (model.children.length > 0 || !now || now.children.length === 0) return []
  const { type } = model.names
  return [breaking(
    `${type} becomes an interface, because ${now.children.map((child) => child.id).join(', ')} extends it; its own twins become of type ${type}_. `
    + `Queries, fragments on ${type} and root fields go on working; clients that read __typename, or keep a cache by it, see ${type}_ in the place of ${type}.`,
  )]
}

/** Relationships whose target was not published: they led to any twin. */
function arrivedTargets(model: RegisteredModel, before: Registry, after: Registry): readonly Difference[] {
  return model.model.contents.flatMap((content) => {
    if (content.kind !== 'Relationship' || content.target === undefined || before.get(content.target)) return []
    const target = after.get(content.target)
    if (!target) return []
    const { type } = target.names
    return [breaking(
      `${content.name} leads to ${type}, because ${target.id} is published now; it led to any Twin, in ${model.names.type} and what extends it. `
      + `Fragments on types that are not a ${type} no longer apply, and twins of other models at its end are no longer shown.`,
      content.name,
    )]
  })
}

type Versions = ReadonlyMap<string, readonly RegisteredModel[]>

const versionsOf = (registry: Registry): Versions => Map.groupBy(registry.models.values(), ({ id }) => withoutVersion(id))

/** The highest of the versions below the model's. */
function previousVersion(versions: Versions, model: RegisteredModel): RegisteredModel | undefined {
  const lower = (versions.get(withoutVersion(model.id)) ?? []).filter(({ id }) => byVersion(id, model.id) < 0)
  return lower.sort((a, b) => byVersion(b.id, a.id))[0]
}

/** No version is lower than any. */
function byVersion(a: Dtmi, b: Dtmi): number {
  const [aMajor, aMinor] = versionNumbers(a)
  const [bMajor, bMinor] = versionNumbers(b)
  return aMajor - bMajor || aMinor - bMinor
}

function versionNumbers(id: Dtmi): readonly [number, number] {
  const [major = '', minor = ''] = parseDtmi(id).version.split('.')
  return [major === '' ? -1 : Number(major), minor === '' ? -1 : Number(minor)]
}
