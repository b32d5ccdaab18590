import type { Json } from '../../util/json.ts'
import { roleNames } from './vocabulary.ts'

const mostItems = 10_000
const moment = 'An instant (2026-03-01T18:00:00Z), a duration after the start (PT18H), or a time of day in UTC (18:00).'
const twin = { type: 'string', minLength: 1, maxLength: 256, description: 'Id of the twin.' }
const during = {
  from: { type: 'string', maxLength: 60, description: `${moment} Default: the start.` },
  to: { type: 'string', maxLength: 60, description: `${moment} Default: the end.` },
}

const object = (properties: Readonly<Record<string, Json>>, required: readonly string[] = []): Json => ({ type: 'object', additionalProperties: false, required, properties })
const list = (description: string, items: Json): Json => ({ type: 'array', maxItems: mostItems, default: [], description, items })
const factor = (description: string): Json => ({ type: 'number', exclusiveMinimum: 0, maximum: 100, default: 1, description })
const pressure = (description: string, preset: number): Json => ({ type: 'number', unit: 'metre', minimum: 0, maximum: 1_000, default: preset, description })
const name = { type: 'string', minLength: 1, maxLength: 200 }

const roleMapping = object({
  models: { type: 'array', maxItems: 1_000, items: name, description: 'DTMIs, with or without their version, or the last part of their path.' },
  names: { type: 'object', maxProperties: 50, additionalProperties: name, description: 'What we call a property or telemetry → what the models call it; `component.name` of components.' },
  units: { type: 'object', maxProperties: 50, additionalProperties: name, description: 'By our name: the DTDL unit of its values, where the model tells none.' },
})

/** JSON Schema (2020-12) of the engine's parameters. */
export const parameterSchema: Json = object({
  demandMultiplier: factor('Multiplies all demands.'),
  roughnessMultiplier: factor('Multiplies the roughness coefficients of all pipes.'),
  demandModel: { type: 'string', enum: ['DDA', 'PDA'], description: 'DDA: demands are met whatever the pressure. PDA: by pressure, up to requiredPressure. Default: DDA, or what the file says.' },
  minimumPressure: pressure('PDA: at this pressure and below nothing is delivered.', 0),
  requiredPressure: pressure('PDA: from this pressure on demands are met.', 20),
  pressureExponent: { type: 'number', exclusiveMinimum: 0, maximum: 5, default: 0.5, description: 'PDA: delivered is (pressure − minimum)/(required − minimum) to this power.' },
  leakExponent: { type: 'number', exclusiveMinimum: 0, maximum: 5, description: 'Leaks flow by coefficient × pressure to this power; one for all. Default: 0.5, or what the file says.' },
  servicePressure: pressure('What customers should have; the KPI junctionsBelow counts by it.', 20),
  hydraulicStep: { type: 'string', maxLength: 60, description: 'Longest time between two solutions, as a duration. Default: PT15M or the step if that is less; the file\'s.' },
  quality: { type: 'string', enum: ['NONE', 'AGE', 'TRACE'], default: 'NONE', description: 'AGE: how old the water is. TRACE: how much of it comes from traceFrom.' },
  traceFrom: { type: 'string', maxLength: 256, description: 'Id of the node whose water is traced.' },
  initialLevels: { type: 'string', enum: ['MODEL', 'TELEMETRY'], default: 'MODEL', description: 'Tanks begin at what the model says, or at the last value of their telemetry `level` before the start.' },
  controls: { type: 'boolean', default: true, description: 'Whether switchedBy, and the controls and rules of a file, act.' },
  leaks: list('Holes: at a junction, or at a pipe (half at either end that is a junction).', object({
    twin, coefficient: { type: 'number', minimum: 0, maximum: 10_000, description: 'Litres per second at a pressure of 1 metre.' }, ...during,
  }, ['twin', 'coefficient'])),
  closures: list('Links that are shut for a time, whatever their controls say.', object({ twin, ...during }, ['twin'])),
  events: list('What happens to links.', object({
    twin, at: { type: 'string', maxLength: 60, description: moment },
    status: { type: 'string', maxLength: 60, description: 'OPEN or CLOSED: once, controls may act again. Or what the twin\'s status may be, as if it became that: RUNNING, STANDBY, or anything else, by which it is shut.' },
    setting: { type: 'number', description: 'Speed of a pump, setting of a valve in the unit of its kind.' },
  }, ['twin', 'at'])),
  demands: list('Other demands of junctions; exactly one of value and factor.', object({
    twin, value: { type: 'number', unit: 'litrePerSecond', minimum: -100_000, maximum: 100_000, description: 'The base demand; its pattern goes on.' },
    factor: { type: 'number', minimum: 0, maximum: 1_000, description: 'Multiplies the base demand.' }, ...during,
  }, ['twin'])),
  levels: list('Levels of tanks at the start.', object({ twin, value: { type: 'number', unit: 'metre', minimum: 0, maximum: 1_000 } }, ['twin', 'value'])),
  outputs: { type: 'array', maxItems: 50, items: name, description: 'Names of outputs of the roles. Default: all that the twins have telemetry for.' },
  assimilate: { type: 'boolean', default: false, description: 'Levels and states are those of the telemetry at each step, and one solution is made of each: no forecast.' },
  assimilateFrom: object({
    level: { ...name, default: 'level', description: 'Telemetry of tanks.' },
    state: { ...name, default: 'flow', description: 'Telemetry of links that says whether they are open.' },
    threshold: { type: 'number', default: 0.01, description: 'Open above it, in the telemetry\'s unit.' },
    twins: { type: 'array', maxItems: mostItems, items: twin, description: 'Links whose state is taken. Default: every pump.' },
  }),
  mapping: object({
    roles: object(Object.fromEntries(roleNames.map((role) => [role, roleMapping]))),
    feeds: { ...name, default: 'feeds', description: 'Relationship from node to link and from link to node.' },
    switchedBy: { ...name, default: 'switchedBy', description: 'Relationship from a link to the tank or junction whose level or pressure switches it.' },
    startBelow: { ...name, default: 'startBelow', description: 'Property of switchedBy, in metres.' },
    stopAbove: { ...name, default: 'stopAbove', description: 'Property of switchedBy, in metres.' },
    open: { type: 'array', maxItems: 50, items: name, default: ['RUNNING'], description: 'Values of status by which water passes.' },
    ready: { type: 'array', maxItems: 50, items: name, default: ['STANDBY'], description: 'Values of status by which it is shut, but may be started.' },
  }),
  model: { type: 'string', pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of an artifact: an EPANET input file (.inp) to compute with instead of a model made of the twins.' },
  names: { type: 'object', maxProperties: 100_000, additionalProperties: { type: 'string', minLength: 1, maxLength: 40 }, description: 'With a file: twin → its element; `node:10` or `link:10` where a node and a link have one name. Default: the twin\'s id.' },
  clock: { type: 'string', enum: ['WINDOW', 'FILE'], default: 'WINDOW', description: 'With a file: whether patterns and clock begin at the window\'s time of the week, UTC, or as the file says.' },
})
