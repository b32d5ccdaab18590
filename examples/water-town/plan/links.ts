import type { PipeKind } from './districts.ts'
import { opened } from './nodes.ts'

const ductile: PipeKind = { material: 'DUCTILE_IRON', roughness: 120 }
const plastic: PipeKind = { material: 'PE', roughness: 140 }

export interface MainPlan extends PipeKind {
  readonly id: string; readonly name: string; readonly district: string; readonly from: string; readonly to: string
  readonly diameter: number; readonly commissioned: string; readonly minorLoss?: number; readonly checkValve?: boolean
}

export const mains: readonly MainPlan[] = [
  {
    id: 'main-1', name: 'Lake main', district: 'centre', from: 'works-outlet', to: 'tank-1',
    diameter: 350, commissioned: opened.lake, minorLoss: 3, ...ductile,
  },
  {
    id: 'main-2', name: 'Castle Hill main', district: 'centre', from: 'tank-1', to: 'centre-a3',
    diameter: 350, commissioned: opened.lake, minorLoss: 2, ...ductile,
  },
  {
    id: 'main-3', name: 'North main', district: 'north', from: 'centre-c3', to: 'north-station',
    diameter: 250, commissioned: opened.hill, minorLoss: 2, ...plastic,
  },
  {
    id: 'main-4', name: 'North Hill tower outlet', district: 'north', from: 'tank-2', to: 'north-b1',
    diameter: 250, commissioned: opened.hill, minorLoss: 2, ...plastic,
  },
  {
    id: 'main-5', name: 'North station bypass', district: 'north', from: 'north-station', to: 'north-c1',
    diameter: 150, commissioned: opened.hill, checkValve: true, ...plastic,
  },
  {
    id: 'main-6', name: 'Anchor main', district: 'harbour', from: 'centre-a1', to: 'anchor-chamber',
    diameter: 200, commissioned: opened.lake, ...ductile,
  },
  {
    id: 'main-7', name: 'Tar main', district: 'harbour', from: 'centre-c1', to: 'tar-chamber',
    diameter: 200, commissioned: opened.lake, ...ductile,
  },
  {
    id: 'main-8', name: 'Wells main', district: 'east', from: 'wells-outlet', to: 'tank-3',
    diameter: 200, commissioned: opened.wells, minorLoss: 3, ...plastic,
  },
  {
    id: 'main-9', name: 'Eastfield tower riser', district: 'east', from: 'tank-3', to: 'tower-chamber',
    diameter: 250, commissioned: opened.wells, minorLoss: 1, ...plastic,
  },
  {
    id: 'main-10', name: 'Eastfield main', district: 'east', from: 'tower-outlet', to: 'east-b3',
    diameter: 250, commissioned: opened.wells, ...plastic,
  },
  {
    id: 'main-11', name: 'Eastgate main', district: 'east', from: 'centre-d2', to: 'eastgate-chamber',
    diameter: 150, commissioned: opened.wells, ...plastic,
  },
]

export interface PumpPlan {
  readonly id: string; readonly name: string; readonly district: string; readonly from: string; readonly to: string
  readonly status: string; readonly commissioned: string
  /** Metres to the left of the line from node to node, where two pumps stand side by side. */
  readonly aside: number
  /** Of the motor, from 0 to 1. */
  readonly efficiency: number
  readonly rated: readonly [flow: number, head: number]
  /** Lift at no flow, and the point of greatest flow. */
  readonly shutOff: number; readonly run: readonly [flow: number, head: number]
  /** The tank whose level starts and stops it. */
  readonly tank: string; readonly start: number; readonly stop: number
}

export const pumps: readonly PumpPlan[] = [
  {
    id: 'pump-1', name: 'Lake works pump 1', district: 'centre', from: 'reservoir-1', to: 'works-outlet',
    status: 'RUNNING', aside: 24, efficiency: 0.94, commissioned: '2016-02-11',
    rated: [55, 60], shutOff: 74, run: [90, 30], tank: 'tank-1', start: 3.5, stop: 5.5,
  },
  {
    id: 'pump-2', name: 'Lake works pump 2', district: 'centre', from: 'reservoir-1', to: 'works-outlet',
    status: 'STANDBY', aside: -24, efficiency: 0.92, commissioned: '1996-07-02',
    rated: [40, 60], shutOff: 74, run: [65, 32], tank: 'tank-1', start: 2.2, stop: 4.5,
  },
  {
    id: 'pump-3', name: 'North booster 1', district: 'north', from: 'north-station', to: 'tank-2',
    status: 'RUNNING', aside: 24, efficiency: 0.91, commissioned: opened.hill,
    rated: [18, 26], shutOff: 34, run: [30, 10], tank: 'tank-2', start: 3.2, stop: 5.2,
  },
  {
    id: 'pump-4', name: 'North booster 2', district: 'north', from: 'north-station', to: 'tank-2',
    status: 'MAINTENANCE', aside: -24, efficiency: 0.91, commissioned: opened.hill,
    rated: [18, 26], shutOff: 34, run: [30, 10], tank: 'tank-2', start: 2.4, stop: 4.4,
  },
  {
    id: 'pump-5', name: 'Clover well pump 1', district: 'east', from: 'reservoir-2', to: 'wells-outlet',
    status: 'RUNNING', aside: 24, efficiency: 0.9, commissioned: '2011-06-30',
    rated: [18, 66], shutOff: 84, run: [30, 35], tank: 'tank-3', start: 2.6, stop: 4.4,
  },
  {
    id: 'pump-6', name: 'Clover well pump 2', district: 'east', from: 'reservoir-2', to: 'wells-outlet',
    status: 'STANDBY', aside: -24, efficiency: 0.88, commissioned: opened.wells,
    rated: [14, 66], shutOff: 84, run: [24, 35], tank: 'tank-3', start: 1.8, stop: 3.6,
  },
]

/** Setting: metres of pressure head (PRV), litres per second (FCV), loss coefficient (TCV). */
export const valves = [
  {
    id: 'valve-1', name: 'Anchor Street reducer', district: 'harbour', from: 'anchor-chamber', to: 'harbour-a3',
    status: 'RUNNING', function: 'PRV', setting: 47, diameter: 150,
  },
  {
    id: 'valve-2', name: 'Tar Street reducer', district: 'harbour', from: 'tar-chamber', to: 'harbour-c3',
    status: 'RUNNING', function: 'PRV', setting: 44, diameter: 150,
  },
  {
    id: 'valve-3', name: 'Eastfield tower throttle', district: 'east', from: 'tower-chamber', to: 'tower-outlet',
    status: 'RUNNING', function: 'TCV', setting: 4, diameter: 200,
  },
  {
    id: 'valve-4', name: 'Eastgate boundary valve', district: 'east', from: 'eastgate-chamber', to: 'east-a2',
    status: 'STOPPED', function: 'TCV', setting: 0, diameter: 150,
  },
] as const
