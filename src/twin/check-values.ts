import { conform } from '../model/conform.ts'
import type { Property } from '../model/model.ts'
import type { ItemProblem } from '../problem.ts'
import { mapKeysColumn } from './columns.ts'
import { encodeValue, toJsonText } from './encode-value.ts'
import { mergePatch } from './merge-patch.ts'
import { nearest } from '../util/nearest.ts'
import type { Columns } from './writes.ts'
import { isObject } from './state.ts'

/** One JSON value or text of a property may take so many characters. */
const longestValue = 1_000_000

export interface Checked {
  readonly columns: Columns
  readonly problems: readonly ItemProblem[]
}

/** Of what the values are: an element of a model, named in messages. */
export interface Holder {
  /** `twin pump-1`, `component motor of twin pump-1`. */
  readonly what: string
  readonly properties: ReadonlyMap<string, Property>
  /** What a name stands for that is no property, and what to do about it. */
  readonly hint?: (name: string) => string | undefined
  /** Where the values lie in the mutation's arguments. */
  readonly path: readonly string[]
}

/** Values for something new: every given one conforms, every required one is given. */
export function checkNew(holder: Holder, values: unknown): Checked {
  if (!isObject(values)) return notAnObject(holder)
  const checked = check(holder, values, new Map())
  const isGiven = (name: string): boolean => Object.hasOwn(values, name) && values[name] !== undefined && values[name] !== null
  const missing = [...holder.properties.values()].filter(({ required, name }) => required && !isGiven(name))
  return { columns: checked.columns, problems: [...checked.problems, ...missing.map((property) => requiredProblem(holder, property))] }
}

/** A merge patch for something that is there: null removes, objects and maps are merged into the present value. */
export function checkPatch(holder: Holder, patch: unknown, present: ReadonlyMap<string, unknown>): Checked {
  if (!isObject(patch)) return notAnObject(holder)
  const checked = check(holder, patch, present)
  const removed = Object.entries(patch).flatMap(([name, value]) => {
    const property = holder.properties.get(name)
    return value === null && property?.required ? [requiredProblem(holder, property)] : []
  })
  return { columns: checked.columns, problems: [...checked.problems, ...removed] }
}

function check(holder: Holder, values: Readonly<Record<string, unknown>>, present: ReadonlyMap<string, unknown>): Checked {
  const problems: ItemProblem[] = []
  const columns: Record<string, Columns[string]> = Object.create(null) as Record<string, Columns[string]>
  for (const [name, given] of Object.entries(values)) {
    const property = holder.properties.get(name)
    if (!property) {
      problems.push(unknownProblem(holder, name))
      continue
    }
    if (given === null || given === undefined) {
      columns[name] = null
      if (property.schema.kind === 'map') columns[mapKeysColumn(name)] = null
      continue
    }
    const value = isMerged(property) && isObject(given) ? mergePatch(toJson(present.get(name)), given) : given
    const found = valueProblems(holder, property, value)
    problems.push(...found)
    if (found.length > 0) continue
    columns[name] = encodeValue(property.schema, value)
    if (property.schema.kind === 'map') columns[mapKeysColumn(name)] = Object.keys(value as object)
  }
  return { columns, problems }
}

const isMerged = ({ schema }: Property): boolean => schema.kind === 'object' || schema.kind === 'map'

const toJson = (stored: unknown): unknown => (typeof stored === 'string' ? JSON.parse(stored) : undefined)

function valueProblems(holder: Holder, property: Property, value: unknown): readonly ItemProblem[] {
  const path = [...holder.path, property.name]
  const size = typeof value === 'string' ? value.length : isObject(value) || Array.isArray(value) ? toJsonText(value).length : 0
  if (size > longestValue) {
    return [{ code: 'TOO_LARGE', message: `The value of ${property.name} of ${holder.what} has ${size} characters; at most ${longestValue} are kept. Store it elsewhere and keep a reference.`, path, property: property.name }]
  }
  if (typeof value === 'string' && !value.isWellFormed()) {
    return [{ code: 'WRONG_TYPE', message: `${property.name} of ${holder.what}: expected Unicode text, got half of a surrogate pair.`, path, property: property.name }]
  }
  return conform(property.schema, value, { longsAsStrings: true }).map((problem) => ({
    code: 'WRONG_TYPE', message: `${[property.name, ...problem.path].join('.')} of ${holder.what}: ${problem.message}`, path: [...path, ...problem.path], property: property.name,
  }))
}

function notAnObject({ what, path }: Holder): Checked {
  return { columns: {}, problems: [{ code: 'WRONG_TYPE', message: `The values of ${what} are given as an object by name, such as { "name": "value" }.`, path }] }
}

function unknownProblem({ what, properties, path, hint }: Holder, name: string): ItemProblem {
  const near = nearest(name, properties.keys())
  const remedy = hint?.(name) ?? (near ? `Did you mean ${near}?` : `It has ${[...properties.keys()].slice(0, 20).join(', ') || 'no properties'}.`)
  return { code: 'UNKNOWN_PROPERTY', message: `The model of ${what} has no property ${JSON.stringify(name.slice(0, 100))}. ${remedy}`, path: [...path, name], property: name }
}

function requiredProblem({ what, path }: Holder, property: Property): ItemProblem {
  return { code: 'REQUIRED_MISSING', message: `${property.name} of ${what} is required: give it a value.`, path: [...path, property.name], property: property.name }
}
