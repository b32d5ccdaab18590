import type { Command, CommandPayload, Content, Property, Relationship } from '../model.ts'
import { compareRequired, compareSchemas, compareUnits } from './compare-schemas.ts'
import { breaking, compatible, type Difference, within } from './model-change.ts'

type Contents = ReadonlyMap<string, Content>

/** What a client of a model's contents meets when it moves from one version to the next; inherited contents count like own ones. */
export function compareContents(before: Contents, after: Contents): readonly Difference[] {
  return [
    ...[...before.values()].flatMap((content) => {
      const same = after.get(content.name)
      return same ? within(content.name, compareContent(content, same)) : [breaking(`The ${content.kind} ${content.name} is gone.`, content.name)]
    }),
    ...[...after.values()].filter(({ name }) => !before.has(name)).map(addition),
  ]
}

function addition(content: Content): Difference {
  const { kind, name } = content
  return kind === 'Property' && content.required ? breaking(`The Property ${name} is new and required.`, name) : compatible(`The ${kind} ${name} is new.`, name)
}

function compareContent(before: Content, after: Content): readonly Difference[] {
  if (before.kind === 'Property' && after.kind === 'Property') return compareProperties(before, after)
  if (before.kind === 'Telemetry' && after.kind === 'Telemetry') return [...compareSchemas(before.schema, after.schema), ...compareUnits(before, after)]
  if (before.kind === 'Relationship' && after.kind === 'Relationship') return compareRelationships(before, after)
  if (before.kind === 'Command' && after.kind === 'Command') return compareCommands(before, after)
  if (before.kind === 'Component' && after.kind === 'Component') return before.schema === after.schema ? [] : [breaking(`The component was a ${before.schema} and is a ${after.schema}.`)]
  return [breaking(`It was a ${before.kind} and is a ${after.kind}.`)]
}

function compareProperties(before: Property, after: Property): readonly Difference[] {
  return [...compareSchemas(before.schema, after.schema), ...compareRequired(before.required, after.required), ...compareWritable(before, after), ...compareUnits(before, after)]
}

function compareWritable(before: { readonly writable: boolean }, after: { readonly writable: boolean }): readonly Difference[] {
  if (before.writable === after.writable) return []
  return [after.writable ? compatible('It is writable now.') : compatible('It is no longer marked writable; the mark is not enforced.')]
}

function compareRelationships(before: Relationship, after: Relationship): readonly Difference[] {
  const own = (relationship: Relationship): Contents => new Map(relationship.properties.map((property) => [property.name, property]))
  return [
    ...(before.target === after.target ? [] : [breaking(`It led to ${before.target ?? 'any twin'} and leads to ${after.target ?? 'any twin'}.`)]),
    ...compareMultiplicity(before.maxMultiplicity ?? Infinity, after.maxMultiplicity ?? Infinity),
    ...compareWritable(before, after),
    ...compareContents(own(before), own(after)),
  ]
}

function compareMultiplicity(before: number, after: number): readonly Difference[] {
  if (before === after) return []
  const many = (count: number): string => (count === Infinity ? 'any number' : String(count))
  const what = `It took ${many(before)} and takes ${many(after)}.`
  return [after < before ? breaking(what) : compatible(what)]
}

function compareCommands(before: Command, after: Command): readonly Difference[] {
  return [...within('request', comparePayloads(before.request, after.request, 'given')), ...within('response', comparePayloads(before.response, after.response, 'received'))]
}

/** A given payload breaks clients when it takes less than it did; a received one, when it may bring what it did not. */
function comparePayloads(before: CommandPayload | undefined, after: CommandPayload | undefined, role: 'given' | 'received'): readonly Difference[] {
  if (!before && !after) return []
  if (!before || !after) {
    const optional = role === 'given' ? after?.nullable === true : after !== undefined
    const what = after ? `It has a payload now, ${after.name}.` : `The payload ${before?.name ?? ''} is gone.`
    return [optional ? compatible(what) : breaking(what)]
  }
  const stricter = role === 'given' ? before.nullable && !after.nullable : !before.nullable && after.nullable
  const nullable = before.nullable === after.nullable ? [] : [stricter ? breaking(after.nullable ? 'It may be null now.' : 'It may not be null now.') : compatible(after.nullable ? 'It may be null now.' : 'It is never null now.')]
  const renamed = before.name === after.name ? [] : [breaking(`It was called ${before.name} and is called ${after.name}.`)]
  return [...renamed, ...nullable, ...compareSchemas(before.schema, after.schema), ...compareUnits(before, after)]
}
