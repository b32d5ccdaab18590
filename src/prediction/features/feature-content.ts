import type { Property, Schema, Telemetry } from '../../model/model.ts'
import type { Registry } from '../../model/registry.ts'
import type { ProblemCode } from '../../problem.ts'
import { type Affine, affineOf } from '../../simulation/affine.ts'
import type { SeriesKind } from '../../telemetry/reading.ts'
import { seriesKind } from '../../telemetry/series-kind.ts'
import { nearest } from '../../util/nearest.ts'
import type { FeatureSpec } from '../feature.ts'

/** What a feature reads of twins of one model. */
export interface FeatureContent {
  readonly kind: 'telemetry' | 'property'
  /** Of a component's, its name. */
  readonly component: string | undefined
  /** In the component, or the twin. */
  readonly name: string
  readonly seriesKind: SeriesKind
  readonly unit: string | undefined
  readonly affine: Affine | undefined
  /** By the values as they are kept. */
  readonly encode: Readonly<Record<string, number>> | undefined
  readonly schema: Schema | undefined
}

/** Why it cannot be read of them; `isAbsent`: the model has nothing of the name. */
export interface ContentProblem {
  readonly code: ProblemCode
  readonly message: string
  readonly isAbsent: boolean
}

export type Resolved = { readonly ok: true; readonly content: FeatureContent } | { readonly ok: false; readonly problem: ContentProblem }

/** Looks a feature up in a model. A telemetry serves a feature that others have as a property, and the other way round where only its value is asked for. */
export function resolveContent({ of, unit, encode }: FeatureSpec, model: string, registry: Registry): Resolved {
  if (of.kind === 'calendar') throw new Error('A part of the calendar is of no model.')
  const isPredicted = of.kind === 'telemetry' && of.source === 'PREDICTED'
  const [base = '', ...marks] = isPredicted ? of.name.split(/(?=[@~])/) : [of.name]
  const dot = base.lastIndexOf('.')
  const [component, own] = [dot < 0 ? undefined : base.slice(0, dot), base.slice(dot + 1)]
  const contents = contentsOf(model, component, registry)
  if (!contents) return absent(`its model ${model} has no component ${shown(component ?? '')}.`)
  const found = contents.get(own)
  if (marks.length > 0) { // of a predictor's own
    return unit === undefined ? done({ kind: 'telemetry', component, name: [own, ...marks].join(''), seriesKind: 'float', unit: undefined, affine: undefined, encode: undefined, schema: undefined })
      : refuse('WRONG_UNIT', `what predictors say under names of their own has no unit that ${shown(of.name)} could be converted from. Leave out \`unit\`.`)
  }
  if (found?.kind !== 'Telemetry' && found?.kind !== 'Property') {
    const names = [...contents].flatMap(([name, { kind }]) => (kind === 'Telemetry' || kind === 'Property' ? [name] : []))
    const near = nearest(own, names)
    return absent(`its model ${model} has no telemetry or property ${shown(own)}.${near === undefined ? names.length > 0 ? ` It has ${names.slice(0, 20).join(', ')}.` : '' : ` Did you mean ${near}?`}`)
  }
  if (found.kind === 'Property' && of.kind === 'telemetry' && (of.window !== undefined || of.staleAfter !== undefined || of.source !== 'MEASURED')) {
    return refuse('WRONG_TYPE', `${shown(own)} is a property in its model ${model}, which has no readings: it takes neither window, staleAfter nor source.`)
  }
  return readable(found, { component, unit, encode })
}

function readable({ kind, name, schema, unit: own }: Property | Telemetry, { component, unit, encode }: Pick<FeatureSpec, 'unit' | 'encode'> & { readonly component: string | undefined }): Resolved {
  const stored = seriesKind(schema)
  const content = { kind: kind === 'Property' ? 'property' : 'telemetry', component, name, seriesKind: stored, unit: own, schema } as const
  if (stored === 'json') return refuse('WRONG_TYPE', `${shown(name)} is made of parts, and a feature is a number.`)
  if (encode) {
    const numbers = encodedBy(encode, schema)
    return Object.keys(numbers).length > 0 ? done({ ...content, affine: undefined, encode: numbers }) : refuse('WRONG_TYPE', `none of the texts of \`encode\` is a value of ${shown(name)}, which has ${valuesOf(schema)}.`)
  }
  if (stored === 'text') return refuse('WRONG_TYPE', `${shown(name)} is a text${schema.kind === 'enum' ? `, of ${valuesOf(schema)}` : ''}: say by \`encode\` which numbers stand for its values.`)
  if (unit === undefined) return done({ ...content, affine: undefined, encode: undefined })
  if (own === undefined) return refuse('WRONG_UNIT', `${shown(name)} has no unit in its model that it could be converted from into ${unit}. Leave out \`unit\`, or give the model one.`)
  const affine = affineOf(own, unit)
  return affine ? done({ ...content, affine: affine.scale === 1 && affine.shift === 0 ? undefined : affine, encode: undefined }) : refuse('WRONG_UNIT', `${shown(name)} is in ${own}, which cannot be converted into ${unit}.`)
}

const contentsOf = (model: string, component: string | undefined, registry: Registry) => {
  const contents = registry.get(model)?.contents
  if (component === undefined) return contents
  const found = contents?.get(component)
  return found?.kind === 'Component' ? registry.get(found.schema)?.contents : undefined
}

/** Enums are encoded by the names of their values, or by the values themselves. */
function encodedBy(encode: Readonly<Record<string, number>>, schema: Schema): Readonly<Record<string, number>> {
  if (schema.kind !== 'enum') return encode
  const numbers: Record<string, number> = Object.create(null) as Record<string, number>
  for (const { name, value } of schema.values) {
    const number = Object.hasOwn(encode, name) ? encode[name] : Object.hasOwn(encode, String(value)) ? encode[String(value)] : undefined
    if (number !== undefined) numbers[String(value)] = number
  }
  return numbers
}

const valuesOf = (schema: Schema): string => (schema.kind === 'enum' ? `the values ${schema.values.slice(0, 20).map(({ name }) => name).join(', ')}` : 'others')

const done = (content: FeatureContent): Resolved => ({ ok: true, content })
const refuse = (code: ProblemCode, message: string): Resolved => ({ ok: false, problem: { code, message, isAbsent: false } })
const absent = (message: string): Resolved => ({ ok: false, problem: { code: 'UNKNOWN_TELEMETRY', message, isAbsent: true } })
const shown = (text: string): string => JSON.stringify(text.slice(0, 80))
