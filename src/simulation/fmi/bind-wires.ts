import type { Network } from '../network.ts'
import { inputKey, type Link } from './bind-inputs.ts'
import { betweenFmus, type Affine, identity } from './fmu-unit.ts'
import type { Findings, Instance } from './instances.ts'
import type { FmuVariable } from './model-description.ts'
import type { WireSpec } from './parameters.ts'
import type { InputWire } from './program-input.ts'
import { didYouMean } from './twin-source.ts'
import { isAssignable, kindOf } from './value-kind.ts'
import { portOf, variableOf } from './variable-of.ts'

/** One end of a wire. */
interface End {
  readonly instance: Instance
  readonly variable: FmuVariable
}

const isOutput = ({ causality }: FmuVariable): boolean => causality === 'output' || causality === 'local'

/** Wires between instances: those of relationships between their twins, and those that components name. `fed` is added to. */
export function bindWires(network: Network, instances: readonly Instance[], specs: readonly WireSpec[], links: readonly Link[], fed: Set<string>, findings: Findings): readonly InputWire[] {
  const wires: InputWire[] = []
  const add = (from: End, to: End, path: readonly string[]): void => {
    const affine = fitOf(from, to, path, findings)
    if (affine) wires.push({ from: { instance: from.instance.index, ...portOf(from.variable) }, to: { instance: to.instance.index, ...portOf(to.variable) }, ...affine })
  }
  const byName = new Map(instances.map((instance) => [instance.name, instance]))
  for (const { component, variable, to, input, path } of links) {
    const instance = byName.get(component)
    if (!instance) findings.issues.push({ code: 'UNKNOWN_PARAMETER', path, message: `There is no component ${JSON.stringify(component)}.${didYouMean(component, () => byName.keys(), findings.issues)}` })
    const output = instance && variableOf(instance, variable, isOutput, 'an output', path, findings)
    if (output) add({ instance, variable: output }, { instance: to, variable: input }, path)
  }
  const ofTwin = Map.groupBy(instances, ({ twin }) => twin)
  for (const [at, spec] of specs.entries()) bindAlong(network, ofTwin, spec, ['parameters', 'wires', String(at)], fed, add, findings)
  return wires
}

function bindAlong(network: Network, instances: ReadonlyMap<string | undefined, readonly Instance[]>, { over, from, to, reverse }: WireSpec, path: readonly string[], fed: Set<string>, add: (from: End, to: End, path: readonly string[]) => void, { issues, report }: Findings): void {
  let matched = 0
  const of = (twin: string, name: string): readonly End[] => (instances.get(twin) ?? []).flatMap((instance) => {
    const variable = instance.fmu.description.variables.get(name)
    return variable ? [{ instance, variable }] : []
  })
  for (const relationship of network.relationships.filter(({ name }) => name === over)) {
    const [source, target] = reverse ? [relationship.to, relationship.from] : [relationship.from, relationship.to]
    const [outputs, inputs] = [of(source, from).filter(({ variable }) => isOutput(variable)), of(target, to).filter(({ variable }) => variable.causality === 'input')]
    if (outputs.length === 0 || inputs.length === 0) {
      report.ignored.push({ twin: relationship.from, what: `relationship ${over} to ${relationship.to}`, why: `Its twins have no instances with the output ${JSON.stringify(from)} and the input ${JSON.stringify(to)}.` })
      continue
    }
    for (const input of inputs) for (const output of outputs) {
      matched++
      const key = inputKey(input.instance.index, to)
      if (fed.has(key)) issues.push({ code: 'BAD_NETWORK', twin: target, path, message: `The input ${JSON.stringify(to)} of ${input.instance.name} is fed by more than one source; the second is ${output.instance.name}. An input has one.` })
      else add(output, input, path)
      fed.add(key)
    }
  }
  if (matched === 0) issues.push({ code: 'BAD_NETWORK', path, message: `No relationship ${JSON.stringify(over)} leads from an instance with the output ${JSON.stringify(from)} to one with the input ${JSON.stringify(to)}. Say it in \`over\` of the run as well, so that the network has it.` })
}

function fitOf({ instance, variable: from }: End, { variable: to, instance: target }: End, path: readonly string[], { issues, report }: Findings): Affine | undefined {
  const [given, taken] = [kindOf(from.type), kindOf(to.type)]
  const what = `The output ${JSON.stringify(from.name)} of ${instance.name}`
  if (given === 'text' || !isAssignable(given, taken)) {
    issues.push({ code: 'WRONG_TYPE', path, message: `${what} is ${given ?? from.type}, and the input ${JSON.stringify(to.name)} of ${target.name} takes ${taken ?? to.type}.` })
    return undefined
  }
  if (!from.unit || !to.unit) return identity
  const fit = betweenFmus(from.unit, to.unit)
  if (fit.kind === 'mismatch') issues.push({ code: 'WRONG_UNIT', path, message: `${what} is in ${from.unit.name}, and the input ${JSON.stringify(to.name)} of ${target.name} in ${to.unit.name}, which measures something else.` })
  if (fit.kind !== 'fits') return fit.kind === 'unknown' ? identity : undefined
  const affine = to.isRelative ? { ...fit.affine, shift: 0 } : fit.affine
  if (from.unit.name !== to.unit.name) report.converted.push({ twin: target.twin ?? target.name, property: to.name, from: from.unit.name, to: to.unit.name })
  return affine
}
