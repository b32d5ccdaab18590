import type { KnobProperty } from './knobs.ts'
import type { Quantity, RoleName } from './vocabulary.ts'
import type { ModelUnits } from './units.ts'

/** What binding hands to the program, as JSON. Numbers about elements are in the model's own units, times in seconds since the window's start. */
export type EpanetInput = {
  readonly model: { readonly kind: 'TWINS'; readonly network: HydraulicNetwork } | { readonly kind: 'FILE'; readonly sha256: string }
  readonly units: ModelUnits
  /** By their order in it the rest of the input names elements. */
  readonly elements: readonly Element[]
  readonly times: Times
  readonly options: Options
  readonly interventions: Interventions
  /** In the order of the outputs. */
  readonly reads: readonly { readonly element: number; readonly quantity: Quantity }[]
  readonly assimilation: Assimilation | null
  /** Properties of twins that can be set: `value × scale` is in the model's unit. */
  readonly knobs: readonly { readonly element: number; readonly twin: string; readonly name: string; readonly property: KnobProperty; readonly scale: number }[]
}

export type Element = {
  readonly kind: 'node' | 'link'
  /** In EPANET. */
  readonly id: string
  readonly role: RoleName
  /** '' where none is named after it. */
  readonly twin: string
  /** Speed of a pump, setting of a valve; null: none is known. */
  readonly setting: number | null
}

export type Times = {
  readonly duration: number
  readonly step: number
  /** Null: the file's. */
  readonly hydraulicStep: number | null
  readonly clock: {
    /** Time of day at the start. */
    readonly ofDay: number
    /** Where its patterns are at the start, were they to begin on Mondays at midnight. */
    readonly ofWeek: number
  } | null
}

export type Options = {
  readonly demandMultiplier: number
  readonly roughnessMultiplier: number
  readonly demandModel: { readonly kind: 'DDA' } | { readonly kind: 'PDA'; readonly minimum: number; readonly required: number; readonly exponent: number } | null
  readonly leakExponent: number | null
  readonly quality: { readonly kind: 'NONE' } | { readonly kind: 'AGE' } | { readonly kind: 'TRACE'; readonly node: number }
  readonly controls: boolean
  /** Metres; junctions with customers should have more. */
  readonly servicePressure: number
}

export type Interventions = {
  /** Coefficients that add to what the model has: flow at a pressure of 1. */
  readonly leaks: readonly (During & { readonly node: number; readonly coefficient: number })[]
  readonly demands: readonly (During & { readonly node: number; readonly value: number | null; readonly factor: number })[]
  readonly levels: readonly { readonly node: number; readonly level: number }[]
  /** In order of time. HOLD: shut, whatever its controls say, until RELEASE. OPEN and CLOSED: once; controls may change it again. */
  readonly actions: readonly { readonly at: number; readonly link: number; readonly kind: LinkAction; readonly setting: number | null }[]
  /** Shut, whatever their controls say. */
  readonly heldAtStart: readonly number[]
}

export type LinkAction = 'HOLD' | 'RELEASE' | 'OPEN' | 'CLOSED' | 'SETTING'

export type During = { readonly from: number; readonly to: number | null }

export type Assimilation = {
  /** `series`: index into those that the program is given; `scale`, `shift`: into the model's units. */
  readonly levels: readonly { readonly node: number; readonly series: number; readonly scale: number; readonly shift: number }[]
  readonly states: readonly { readonly link: number; readonly series: number; readonly threshold: number }[]
}

/** Litres per second, metres, millimetres for the diameters of pipes and valves; Hazen-Williams. In the order of ids. */
export type HydraulicNetwork = {
  readonly junctions: readonly { readonly id: string; readonly elevation: number; readonly demand: number; readonly pattern: string | null }[]
  readonly reservoirs: readonly { readonly id: string; readonly head: number }[]
  readonly tanks: readonly TankSpec[]
  readonly pipes: readonly (LinkSpec & { readonly length: number; readonly diameter: number; readonly roughness: number; readonly minorLoss: number; readonly hasCheckValve: boolean; readonly isOpen: boolean })[]
  readonly pumps: readonly (LinkSpec & { readonly curve: string; readonly speed: number; /** Percent. */ readonly efficiency: number; readonly isOpen: boolean })[]
  readonly valves: readonly (LinkSpec & { readonly diameter: number; readonly function: string; readonly setting: number; readonly minorLoss: number; readonly isOpen: boolean })[]
  readonly patterns: readonly { readonly id: string; readonly values: readonly number[] }[]
  readonly curves: readonly { readonly id: string; readonly points: readonly (readonly [number, number])[] }[]
  /** `setting`: of pumps their speed or 0, of valves their setting; null: open or shut. */
  readonly controls: readonly { readonly link: string; readonly isOpen: boolean; readonly setting: number | null; readonly node: string; readonly when: 'BELOW' | 'ABOVE'; readonly value: number }[]
}

export type LinkSpec = { readonly id: string; readonly node1: string; readonly node2: string }
export type TankSpec = { readonly id: string; readonly elevation: number; readonly initialLevel: number; readonly minLevel: number; readonly maxLevel: number; readonly diameter: number }
