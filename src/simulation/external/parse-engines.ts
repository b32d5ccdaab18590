import { createMemberReader, type MemberReader, type SourcesProblem } from '../../telemetry/source/member-reader.ts'
import { unitTable } from '../../telemetry/unit/unit-table.ts'
import type { Json } from '../../util/json.ts'
import { checkParameters } from '../check-parameters.ts'
import type { ExternalEngine, ExternalLimits, ExternalProperty, ExternalRole, ExternalSeries } from './definition.ts'

export type ParsedEngines =
  | { readonly ok: true; readonly engines: readonly ExternalEngine[] }
  | { readonly ok: false; readonly problems: readonly SourcesProblem[] }

/** Checks the engines file, `{ "engines": [ { "id", "command": [ … ], … } ] }`, and says everything that is wrong at once. `taken`: ids of engines that are built in. */
export function parseEngines(document: unknown, taken: ReadonlySet<string>): ParsedEngines {
  const problems: SourcesProblem[] = []
  const file = createMemberReader(document, '', problems)
  const readers = file.items('engines', 'engines, such as { "id": "pump-energy", "command": ["python3", "pump_energy.py"], … }')
  file.finish()
  const ids = new Set(taken)
  const engines = readers.map((reader) => {
    const engine = parseEngine(reader)
    if (ids.has(engine.id)) reader.refuse('id', `There is an engine ${JSON.stringify(engine.id)} already; give each an id of its own.`)
    ids.add(engine.id)
    return engine
  })
  return problems.length > 0 ? { ok: false, problems } : { ok: true, engines }
}

function parseEngine(reader: MemberReader): ExternalEngine {
  const id = reader.required('id', 'the name that clients call it by, such as "pump-energy"')
  if (!/^[a-z0-9-]*$/.test(id)) reader.refuse('id', `${JSON.stringify(id)} cannot be used; take small letters, digits and '-'.`)
  const engine: ExternalEngine = {
    id,
    name: reader.text('name') ?? id,
    version: reader.required('version', 'the version of the program, such as "1.0.0"'),
    description: reader.text('description') ?? '',
    command: parseCommand(reader),
    files: texts(reader, 'files', []),
    environment: parseEnvironment(reader),
    parameters: parseSchema(reader),
    roles: reader.items('roles', 'roles, such as { "role": "pump", "models": ["dtmi:watertown:Pump"], … }').map(parseRole),
    kpis: optionalItems(reader, 'kpis').map((kpi) => ({ name: kpi.required('name', 'the name of the KPI'), unit: parseUnit(kpi), description: described(kpi) })),
    over: texts(reader, 'over', []),
    determinism: reader.oneOf('determinism', 'NONE', ['BITWISE', 'SEEDED', 'NONE']),
    limits: parseLimits(reader),
  }
  reader.finish()
  const models = engine.roles.flatMap((role) => role.models)
  const again = models.find((model, index) => models.indexOf(model) !== index)
  if (again !== undefined) reader.refuse('roles', `The model ${again} has two roles; leave it out of one.`)
  return engine
}

function parseCommand(reader: MemberReader): readonly [string, ...string[]] {
  const [program, ...rest] = texts(reader, 'command', undefined)
  return [program ?? '', ...rest]
}

function parseEnvironment(reader: MemberReader): ReadonlyMap<string, string> {
  const given = reader.value('environment') ?? {}
  const isObject = typeof given === 'object' && !Array.isArray(given)
  const entries = Object.entries(isObject ? given : {})
  const wrong = entries.find(([name, value]) => !/^[A-Za-z_]\w*$/.test(name) || typeof value !== 'string')
  if (!isObject || wrong) reader.refuse('environment', `${wrong ? JSON.stringify(wrong[0]) : 'This'} cannot be used; give an object of names of variables and their texts, such as { "LICENCE": "\${ACME_LICENCE}" }.`)
  return new Map(entries.map(([name, value]) => [name, String(value)]))
}

function parseSchema(reader: MemberReader): Json {
  const schema = (reader.value('parameters') ?? { type: 'object', properties: {}, additionalProperties: false }) as Json // it comes from a JSON file
  try {
    checkParameters(schema, {})
  } catch (error) {
    reader.refuse('parameters', `This is no JSON Schema (2020-12) of an object: ${error instanceof Error ? error.message : String(error)}`)
  }
  return schema
}

function parseRole(reader: MemberReader): ExternalRole {
  const role: ExternalRole = {
    role: reader.required('role', 'what such twins are to the program, such as "pump"'),
    models: texts(reader, 'models', undefined),
    properties: optionalItems(reader, 'properties').map(parseProperty),
    inputs: optionalItems(reader, 'inputs').map(parseSeries),
    outputs: optionalItems(reader, 'outputs').map(parseSeries),
  }
  reader.finish()
  const wrong = role.models.find((model) => !/^dtmi:[A-Za-z][\w:]*(?:;[1-9]\d*(?:\.\d+)?)?$/.test(model))
  if (wrong !== undefined) reader.refuse('models', `${JSON.stringify(wrong)} is no DTMI, such as "dtmi:watertown:Pump;1" or, of any version, "dtmi:watertown:Pump".`)
  return role
}

function parseProperty(reader: MemberReader): ExternalProperty {
  const unit = parseUnit(reader)
  const property: ExternalProperty = {
    name: reader.required('name', 'the name of the property'),
    type: reader.oneOf('type', unit === undefined ? 'any' : 'number', ['number', 'boolean', 'string', 'any']),
    unit,
    isRequired: flag(reader, 'required'),
    min: number(reader, 'min'),
    max: number(reader, 'max'),
    isVariable: flag(reader, 'variable'),
    description: described(reader),
  }
  reader.finish()
  const isOfNumbers = unit !== undefined || property.min !== undefined || property.max !== undefined || property.isVariable
  if (isOfNumbers && property.type !== 'number') reader.refuse('type', 'Only numbers have a unit, bounds, or can be variables; set "type": "number", or leave those out.')
  return property
}

function parseSeries(reader: MemberReader): ExternalSeries {
  const series: ExternalSeries = { name: reader.required('name', 'the name of the telemetry'), unit: parseUnit(reader), isRequired: flag(reader, 'required'), description: described(reader) }
  reader.finish()
  return series
}

const second = 1_000
const mebibyte = 1024 * 1024

function parseLimits(reader: MemberReader): ExternalLimits {
  const given = reader.value('limits')
  const limits = createMemberReaderIn(reader, given)
  const timeMs = limits.whole('timeMs', 600 * second, { least: second, most: 7 * 86_400 * second })
  const parsed: ExternalLimits = {
    timeMs,
    silenceMs: limits.whole('silenceMs', Math.min(timeMs, 120 * second), { least: 100, most: timeMs }),
    memoryMb: limits.whole('memoryMb', 512, { least: 16, most: 1_048_576 }),
    outputBytes: limits.whole('outputBytes', 1_024 * mebibyte, { least: 1_024, most: 1_048_576 * mebibyte }),
  }
  limits.finish()
  return parsed
}

/** A reader of one member that is an object; absent: an empty one. */
function createMemberReaderIn(reader: MemberReader, given: unknown): MemberReader {
  const problems: SourcesProblem[] = []
  const inner = createMemberReader(given ?? {}, '', problems)
  return {
    ...inner,
    finish() {
      inner.finish()
      for (const { pointer, message } of problems) reader.refuse('limits', pointer === '' ? message : `${pointer.slice(1)}: ${message}`)
    },
  }
}

const optionalItems = (reader: MemberReader, name: string): readonly MemberReader[] => {
  const given = reader.value(name)
  return given === undefined || (Array.isArray(given) && given.length === 0) ? [] : reader.items(name, 'objects')
}

const described = (reader: MemberReader): string => reader.text('description') ?? ''

function parseUnit(reader: MemberReader): string | undefined {
  const unit = reader.text('unit')
  if (unit !== undefined && !units.has(unit)) reader.refuse('unit', `${JSON.stringify(unit)} is no unit of DTDL; give a name such as "litrePerSecond", or leave it out.`)
  return unit
}

const units: ReadonlySet<string> = new Set(Object.values(unitTable).flatMap((quantity) => Object.keys(quantity)))

function texts(reader: MemberReader, name: string, fallback: readonly string[] | undefined): readonly string[] {
  const given = reader.value(name) ?? fallback
  if (Array.isArray(given) && given.every((each) => typeof each === 'string' && each !== '') && (fallback !== undefined || given.length > 0)) return given as readonly string[]
  reader.refuse(name, `${given === undefined ? 'It is missing' : 'This cannot be used'}; give a list of texts.`)
  return []
}

function flag(reader: MemberReader, name: string): boolean {
  const given = reader.value(name) ?? false
  if (typeof given !== 'boolean') reader.refuse(name, 'It takes true or false.')
  return given === true
}

function number(reader: MemberReader, name: string): number | undefined {
  const given = reader.value(name)
  if (given !== undefined && typeof given !== 'number') reader.refuse(name, 'It takes a number.')
  return typeof given === 'number' ? given : undefined
}
