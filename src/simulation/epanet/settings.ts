import { parseDuration } from '../../telemetry/duration.ts'
import type { RunWindow } from '../engine.ts'
import type { Findings } from '../findings.ts'
import type { Options, Times } from './input.ts'
import type { BoundModel } from './model.ts'
import { clockAt } from './moments.ts'
import type { EpanetParameters } from './parameters.ts'

const second = 1_000_000
/** Longest of all, EPANET counts seconds in 32 bits. */
const longest = 2_147_483_647
const quarter = 900

/** EPANET counts whole seconds. */
export function toTimes({ hydraulicStep, model, clock }: EpanetParameters, window: RunWindow, findings: Findings): Times {
  const [duration, step] = [seconds(window.horizon, 'horizon', findings), seconds(window.step, 'step', findings)]
  const given = hydraulicStep === undefined ? undefined : toStep(hydraulicStep, findings)
  const preset = model === undefined ? quarter : null
  return {
    duration, step, hydraulicStep: given === undefined ? (preset === null ? null : Math.min(preset, step)) : Math.min(given, step),
    clock: model !== undefined && clock === 'FILE' ? null : clockAt(window.from),
  }
}

function seconds(length: number, name: 'horizon' | 'step', findings: Findings): number {
  const value = length / second
  if (!Number.isInteger(value) || value < 1 || value > longest) findings.refuse('OUT_OF_BOUNDS', [name], `EPANET counts whole seconds, from 1 to ${longest}; the ${name} has ${value}.`)
  return value
}

function toStep(text: string, findings: Findings): number | undefined {
  const parsed = parseDuration(text)
  const value = parsed.ok ? parsed.value / second : Number.NaN
  if (Number.isInteger(value) && value >= 1 && value <= longest) return value
  return void findings.refuse('OUT_OF_BOUNDS', ['parameters', 'hydraulicStep'], parsed.ok ? `${text} is not at least one second, and whole seconds, which is what EPANET counts in.` : parsed.problem)
}

export function toOptions(parameters: EpanetParameters, model: BoundModel, findings: Findings): Options {
  const { demandMultiplier, roughnessMultiplier, demandModel, minimumPressure, requiredPressure, pressureExponent, leakExponent, controls, servicePressure, quality, assimilate } = parameters
  const { pressure } = model.units
  if (demandModel === 'PDA' && requiredPressure - minimumPressure < 0.1 * pressure) findings.refuse('OUT_OF_BOUNDS', ['parameters', 'requiredPressure'], `The required pressure (${requiredPressure} metres) must be at least ${(0.1 * pressure).toPrecision(2)} metres above the minimum pressure (${minimumPressure}).`)
  if (assimilate && quality !== 'NONE') findings.refuse('OUT_OF_BOUNDS', ['parameters', 'quality'], 'With assimilate there is no water age or trace: each solution is of one instant. Ask for one of the two.')
  return {
    demandMultiplier, roughnessMultiplier, leakExponent: leakExponent ?? null, controls, servicePressure,
    demandModel: demandModel === undefined ? null : demandModel === 'DDA' ? { kind: 'DDA' } : { kind: 'PDA', minimum: minimumPressure / pressure, required: requiredPressure / pressure, exponent: pressureExponent },
    quality: toQuality(parameters, model, findings),
  }
}

function toQuality({ quality, traceFrom }: EpanetParameters, model: BoundModel, findings: Findings): Options['quality'] {
  if (quality !== 'TRACE') return { kind: quality }
  const node = model.byTwin.get(traceFrom ?? '')
  if (traceFrom === undefined) findings.refuse('MISSING_INPUT', ['parameters', 'traceFrom'], 'Say which node\'s water is to be traced.')
  else if (node === undefined || model.elements[node]?.kind !== 'node') findings.refuse('UNKNOWN_TWIN', ['parameters', 'traceFrom'], `${traceFrom} is no node of the network.`, { twin: traceFrom })
  return { kind: 'TRACE', node: node ?? 0 }
}
