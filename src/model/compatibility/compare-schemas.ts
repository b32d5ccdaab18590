import type { EnumSchema, ObjectSchema, PrimitiveType, Schema } from '../model.ts'
import { breaking, compatible, type Difference, within } from './model-change.ts'

/** Whether values of the new schema still suit clients of the old one. Schemas may contain themselves, so pairs that are being compared are not compared again. */
export function compareSchemas(before: Schema, after: Schema, open: ReadonlySet<string> = new Set()): readonly Difference[] {
  if (before.kind === 'primitive' && after.kind === 'primitive') return comparePrimitives(before.type, after.type)
  if (before.kind === 'geospatial' && after.kind === 'geospatial') return before.type === after.type ? [] : [changed(before, after)]
  if (before.kind === 'scaledDecimal' && after.kind === 'scaledDecimal') return []
  if (before.kind === 'enum' && after.kind === 'enum') return compareEnums(before, after)
  if (!('id' in before) || !('id' in after)) return [changed(before, after)]
  const pair = `${before.id} ${after.id}`
  if (open.has(pair)) return []
  const inside = new Set(open).add(pair)
  if (before.kind === 'array' && after.kind === 'array') return compareSchemas(before.element, after.element, inside)
  if (before.kind === 'map' && after.kind === 'map') return compareSchemas(before.value, after.value, inside)
  if (before.kind === 'object' && after.kind === 'object') return compareObjects(before, after, inside)
  return [changed(before, after)]
}

const changed = (before: Schema, after: Schema): Difference => breaking(`The schema was ${schemaText(before)} and is ${schemaText(after)}.`)

/** Which primitives hold all values of another and keep its GraphQL scalar. */
const wider: Readonly<Partial<Record<PrimitiveType, readonly PrimitiveType[]>>> = {
  byte: ['short', 'integer'], short: ['integer'], unsignedByte: ['short', 'unsignedShort', 'integer'], unsignedShort: ['integer'],
  unsignedInteger: ['long', 'unsignedLong'], float: ['double'],
}

function comparePrimitives(before: PrimitiveType, after: PrimitiveType): readonly Difference[] {
  if (before === after) return []
  return wider[before]?.includes(after) ? [compatible(`The schema was ${before} and is ${after}, which holds more.`)] : [changed({ kind: 'primitive', type: before }, { kind: 'primitive', type: after })]
}

function compareEnums(before: EnumSchema, after: EnumSchema): readonly Difference[] {
  if (before.valueType !== after.valueType) return [breaking(`Its values were of type ${before.valueType} and are of type ${after.valueType}.`)]
  const now = new Map(after.values.map(({ name, value }) => [name, value]))
  const then = new Set(before.values.map(({ name }) => name))
  return [
    ...before.values.flatMap(({ name, value }) => {
      if (!now.has(name)) return [breaking(`The value ${name} is gone.`, name)]
      return now.get(name) === value ? [] : [breaking(`${name} was stored as ${JSON.stringify(value)} and is stored as ${JSON.stringify(now.get(name))}.`, name)]
    }),
    ...after.values.filter(({ name }) => !then.has(name)).map(({ name }) => compatible(`The value ${name} is new; a client that lists the values by name does not know it.`, name)),
  ]
}

function compareObjects(before: ObjectSchema, after: ObjectSchema, open: ReadonlySet<string>): readonly Difference[] {
  const now = new Map(after.fields.map((field) => [field.name, field]))
  const then = new Set(before.fields.map(({ name }) => name))
  return [
    ...before.fields.flatMap((field) => {
      const same = now.get(field.name)
      if (!same) return [breaking(`The field ${field.name} is gone.`, field.name)]
      return within(field.name, [...compareSchemas(field.schema, same.schema, open), ...compareRequired(field.required, same.required), ...compareUnits(field, same)])
    }),
    ...after.fields.filter(({ name }) => !then.has(name)).map(({ name, required }) =>
      (required ? breaking(`The field ${name} is new and required.`, name) : compatible(`The field ${name} is new.`, name))),
  ]
}

export function compareRequired(before: boolean, after: boolean): readonly Difference[] {
  if (before === after) return []
  return [after ? breaking('It is required now.') : compatible('It is no longer required.')]
}

interface Quantity {
  readonly semanticType?: string
  readonly unit?: string
}

/** A number in another unit is another number. */
export function compareUnits(before: Quantity, after: Quantity): readonly Difference[] {
  if (before.unit === after.unit) return before.semanticType === after.semanticType ? [] : [compatible(`It was ${before.semanticType ?? 'of no semantic type'} and is ${after.semanticType ?? 'of none'}.`)]
  if (before.unit === undefined) return [compatible(`Its unit is given now: ${after.unit}.`)]
  return [breaking(`The unit was ${before.unit} and is ${after.unit ?? 'not given'}.`)]
}

function schemaText(schema: Schema): string {
  if (schema.kind === 'primitive' || schema.kind === 'geospatial') return schema.type
  return schema.kind === 'scaledDecimal' ? schema.kind : `an ${schema.kind}`.replace(/^an (?=[^aeiou])/, 'a ')
}
