import type { Json } from '../../util/json.ts'

/** The parameters as the rest of binding takes them: after they were checked against `parameterSchema`. */
export interface EpanetParameters {
  readonly model: string | undefined
  readonly names: ReadonlyMap<string, string>
  readonly clock: 'WINDOW' | 'FILE'
  readonly demandMultiplier: number
  readonly roughnessMultiplier: number
  readonly demandModel: 'DDA' | 'PDA' | undefined
  readonly minimumPressure: number
  readonly requiredPressure: number
  readonly pressureExponent: number
  readonly leakExponent: number | undefined
  readonly servicePressure: number
  readonly hydraulicStep: string | undefined
  readonly quality: 'NONE' | 'AGE' | 'TRACE'
  readonly traceFrom: string | undefined
  readonly initialLevels: 'MODEL' | 'TELEMETRY'
  readonly controls: boolean
  readonly leaks: readonly (Period & { readonly twin: string; readonly coefficient: number })[]
  readonly closures: readonly (Period & { readonly twin: string })[]
  readonly events: readonly { readonly twin: string; readonly at: string; readonly status: string | undefined; readonly setting: number | undefined }[]
  readonly demands: readonly (Period & { readonly twin: string; readonly value: number | undefined; readonly factor: number | undefined })[]
  readonly levels: readonly { readonly twin: string; readonly value: number }[]
  readonly outputs: ReadonlySet<string> | undefined
  readonly assimilate: boolean
  readonly assimilateFrom: { readonly level: string; readonly state: string; readonly threshold: number; readonly twins: readonly string[] | undefined }
  readonly mapping: Json
}

interface Period {
  readonly from: string | undefined
  readonly to: string | undefined
}

type Given = Readonly<Record<string, Json>>

/** What is absent is as `parameterSchema` says. */
export function readParameters(given: Given): EpanetParameters {
  const from = given['assimilateFrom']
  const assimilateFrom = isObject(from) ? from : {}
  return {
    model: text(given, 'model'),
    names: new Map(isObject(given['names']) ? Object.entries(given['names']).flatMap(([twin, name]) => (typeof name === 'string' ? [[twin, name] as const] : [])) : []),
    clock: text(given, 'clock') === 'FILE' ? 'FILE' : 'WINDOW',
    demandMultiplier: number(given, 'demandMultiplier') ?? 1,
    roughnessMultiplier: number(given, 'roughnessMultiplier') ?? 1,
    demandModel: choice(text(given, 'demandModel'), ['DDA', 'PDA']),
    minimumPressure: number(given, 'minimumPressure') ?? 0,
    requiredPressure: number(given, 'requiredPressure') ?? 20,
    pressureExponent: number(given, 'pressureExponent') ?? 0.5,
    leakExponent: number(given, 'leakExponent'),
    servicePressure: number(given, 'servicePressure') ?? 20,
    hydraulicStep: text(given, 'hydraulicStep'),
    quality: choice(text(given, 'quality'), ['AGE', 'TRACE']) ?? 'NONE',
    traceFrom: text(given, 'traceFrom'),
    initialLevels: text(given, 'initialLevels') === 'TELEMETRY' ? 'TELEMETRY' : 'MODEL',
    controls: given['controls'] !== false,
    leaks: items(given, 'leaks').map((item) => ({ twin: text(item, 'twin') ?? '', coefficient: number(item, 'coefficient') ?? 0, ...period(item) })),
    closures: items(given, 'closures').map((item) => ({ twin: text(item, 'twin') ?? '', ...period(item) })),
    events: items(given, 'events').map((item) => ({ twin: text(item, 'twin') ?? '', at: text(item, 'at') ?? 'PT0S', status: text(item, 'status'), setting: number(item, 'setting') })),
    demands: items(given, 'demands').map((item) => ({ twin: text(item, 'twin') ?? '', value: number(item, 'value'), factor: number(item, 'factor'), ...period(item) })),
    levels: items(given, 'levels').map((item) => ({ twin: text(item, 'twin') ?? '', value: number(item, 'value') ?? 0 })),
    outputs: texts(given, 'outputs') && new Set(texts(given, 'outputs')),
    assimilate: given['assimilate'] === true,
    assimilateFrom: {
      level: text(assimilateFrom, 'level') ?? 'level', state: text(assimilateFrom, 'state') ?? 'flow', threshold: number(assimilateFrom, 'threshold') ?? 0.01, twins: texts(assimilateFrom, 'twins'),
    },
    mapping: given['mapping'] ?? null,
  }
}

export const isObject = (value: Json | undefined): value is Given => typeof value === 'object' && value !== null && !Array.isArray(value)

const text = (given: Given, name: string): string | undefined => (typeof given[name] === 'string' ? given[name] : undefined)
const number = (given: Given, name: string): number | undefined => (typeof given[name] === 'number' ? given[name] : undefined)
const choice = <const T extends string>(value: string | undefined, choices: readonly T[]): T | undefined => choices.find((one) => one === value)
const period = (item: Given): Period => ({ from: text(item, 'from'), to: text(item, 'to') })

function items(given: Given, name: string): readonly Given[] {
  const value = given[name]
  return Array.isArray(value) ? value.filter(isObject) : []
}

function texts(given: Given, name: string): readonly string[] | undefined {
  const value = given[name]
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : undefined
}
