/** What twins can be to EPANET. */
export type RoleName = 'reservoir' | 'tank' | 'junction' | 'pipe' | 'pump' | 'valve'

export const roleNames: readonly RoleName[] = ['reservoir', 'tank', 'junction', 'pipe', 'pump', 'valve']

export const isNodeRole = (role: RoleName): boolean => role === 'reservoir' || role === 'tank' || role === 'junction'

/** What EPANET computes of an element, by our names; `read` tells where it is found. */
export type Quantity = 'pressure' | 'head' | 'demand' | 'deficit' | 'leakage' | 'level' | 'inflow' | 'volume' | 'age' | 'trace'
  | 'flow' | 'velocity' | 'headloss' | 'power' | 'speed' | 'setting' | 'open'

interface RoleProperty {
  readonly name: string
  readonly unit: string | undefined
  readonly isRequired: boolean
  readonly description: string
}

interface RoleOutput {
  readonly name: Quantity
  readonly unit: string | undefined
  readonly description: string
}

interface Role {
  readonly description: string
  readonly properties: readonly RoleProperty[]
  readonly outputs: readonly RoleOutput[]
  readonly inputs: readonly { readonly name: string; readonly unit: string | undefined; readonly description: string }[]
}

const property = (name: string, unit: string | undefined, description: string, isRequired = false): RoleProperty => ({ name, unit, isRequired, description })
const output = (name: Quantity, unit: string | undefined, description: string): RoleOutput => ({ name, unit, description })

const status = property('status', undefined, 'RUNNING: water passes; STANDBY: shut, but switchedBy may start it; anything else: shut. Absent: RUNNING.')
const elevation = (what: string): RoleProperty => property('elevation', 'metre', what, true)
const head = output('head', 'metre', 'Hydraulic head above datum.')
const quality = [output('age', 'hour', 'Age of the water; with quality AGE.'), output('trace', 'percent', 'Share of the water that comes from traceFrom; with quality TRACE.')]
const inflow = output('inflow', 'litrePerSecond', 'What flows into it out of the network; negative: what it gives.')
const flow = output('flow', 'litrePerSecond', 'Flow from the node that feeds it to the node it feeds; negative: against that.')
const isOpen = output('open', undefined, '1: open, 0: shut.')
const passed = [flow, output('velocity', 'metrePerSecond', 'Mean velocity.'), output('headloss', 'metre', 'Head lost between its ends.'), isOpen]
const losses = property('minorLoss', undefined, 'Loss coefficient, a multiple of the velocity head. Default: 0.')
const state = { name: 'flow', unit: 'litrePerSecond', description: 'Assimilation: open while it is above assimilateFrom.threshold. Any telemetry that assimilateFrom.state names.' }

/** The vocabulary that needs no mapping: models of these names (the last part of a DTMI's path), properties and telemetry as here. */
export const vocabulary: Readonly<Record<RoleName, Role>> = {
  reservoir: {
    description: 'A source whose head the network does not change.',
    properties: [property('head', 'metre', 'Height of its water above datum.', true), status],
    outputs: [head, inflow, ...quality],
    inputs: [],
  },
  tank: {
    description: 'Cylindrical storage.',
    properties: [
      elevation('Height of its floor above datum.'), property('diameter', 'metre', 'Inner diameter.', true), property('minLevel', 'metre', 'No water leaves below it. Default: 0.'),
      property('maxLevel', 'metre', 'No water enters above it.', true), property('initialLevel', 'metre', 'Level at the start. Default: half way between the limits.'), status,
    ],
    outputs: [output('level', 'metre', 'Height of the water above the floor.'), output('pressure', 'metre', 'The same.'), head, inflow, output('volume', 'cubicMetre', 'Water in it.'), ...quality],
    inputs: [{ name: 'level', unit: 'metre', description: 'With initialLevels TELEMETRY its last value before the start; in assimilation all of the window.' }],
  },
  junction: {
    description: 'Where links meet and water is used.',
    properties: [
      elevation('Height of the pipe above datum.'), property('baseDemand', 'litrePerSecond', 'Mean demand. Default: 0.'),
      property('demandPattern', undefined, 'Multipliers of the base demand, one an hour, UTC: as many as go evenly into the 168 of a week, which begin on Mondays at midnight (24: every day), or the 8760 or 8784 of a year. Default: 1 always.'), status,
    ],
    outputs: [
      output('pressure', 'metre', 'Pressure head above the pipe.'), head, output('demand', 'litrePerSecond', 'What customers get.'),
      output('deficit', 'litrePerSecond', 'What customers want and do not get; with demandModel PDA.'), output('leakage', 'litrePerSecond', 'What leaks out.'), ...quality,
    ],
    inputs: [],
  },
  pipe: {
    description: 'A pipe from the node that feeds it to the node it feeds.',
    properties: [
      property('length', 'metre', 'Length.', true), property('diameter', 'millimetre', 'Inner diameter.', true), property('roughness', undefined, 'Hazen-Williams coefficient C.', true),
      losses, property('checkValve', undefined, 'Whether water passes in that direction only. Default: false.'), status,
    ],
    outputs: passed,
    inputs: [state],
  },
  pump: {
    description: 'Lifts water from the node that feeds it to the node it feeds.',
    properties: [
      property('headCurve', undefined, 'Lift (head, metre) against flow (litrePerSecond) at rated speed, by rising flow: one, three or more points.', true),
      property('speed', undefined, 'Relative to the rated speed. Default: 1.'),
      property('motor.efficiency', undefined, 'Of the motor, 0 to 1, times 0.75 of the pump itself: power is electric then. Default: 1.'), status,
    ],
    outputs: [flow, output('power', 'kilowatt', 'Power drawn.'), output('speed', undefined, 'Relative to the rated speed.'), isOpen],
    inputs: [state],
  },
  valve: {
    description: 'Holds back or shuts off what passes.',
    properties: [
      property('function', undefined, 'PRV, PSV, PBV, FCV or TCV.', true),
      property('setting', undefined, 'PRV, PSV and PBV: metres of pressure head; FCV: litres per second; TCV: loss coefficient.', true),
      property('diameter', 'millimetre', 'Inner diameter.', true), losses, status,
    ],
    outputs: [...passed, output('setting', undefined, 'Present setting.')],
    inputs: [state],
  },
}
