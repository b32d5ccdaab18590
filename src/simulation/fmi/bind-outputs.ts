import type { OutputSeries } from '../engine.ts'
import { isIdentity } from './fmu-unit.ts'
import { type Findings, type Instance, mostIssues } from './instances.ts'
import type { InputPort } from './program-input.ts'
import type { TwinSources } from './twin-source.ts'
import { isAssignable, kindOf } from './value-kind.ts'
import { portOf, variableOf } from './variable-of.ts'

export interface BoundOutputs {
  readonly series: readonly OutputSeries[]
  /** Where each comes from, in the same order. */
  readonly ports: readonly InputPort[]
}

/** What becomes telemetry of twins. */
export function bindOutputs(instances: readonly Instance[], sources: TwinSources, findings: Findings): BoundOutputs {
  const { issues } = findings
  const series: OutputSeries[] = []
  const ports: InputPort[] = []
  const written = new Set<string>()
  for (const instance of instances) {
    if (issues.length >= mostIssues) break
    for (const [name, given] of Object.entries(instance.mapping.outputs ?? {})) {
      const path = [...instance.path, 'outputs', name]
      const spec = typeof given === 'string' ? { telemetry: given } : given
      const variable = variableOf(instance, name, ({ causality }) => causality !== 'independent', 'something that has values', path, findings)
      const found = variable && sources.find('Telemetry', { ...spec, name: spec.telemetry }, instance, path)
      if (!found) continue
      const { twin: { id: twin }, facts: { kind }, unit } = found
      if (!isNumeric(kind) || !isAssignable(kindOf(variable.type), kind)) {
        issues.push({ code: 'WRONG_TYPE', twin, property: found.name, path, message: `${JSON.stringify(name)} of the FMU is ${kindOf(variable.type) ?? variable.type}, and the telemetry ${JSON.stringify(found.name)} is ${kind}.` })
        continue
      }
      const key = JSON.stringify([twin, found.name])
      if (written.has(key)) issues.push({ code: 'BAD_NETWORK', twin, property: found.name, path, message: `${JSON.stringify(found.name)} of ${JSON.stringify(twin)} is written by two outputs.` })
      written.add(key)
      const affine = sources.convert('out', unit, variable, { twin, name: found.name, path })
      if (!affine) continue
      series.push({ twin, name: found.name, kind, ...(!isIdentity(affine) && { affine }) })
      ports.push({ instance: instance.index, ...portOf(variable) })
    }
  }
  if (series.length === 0 && issues.length === 0) issues.push({ code: 'BAD_NETWORK', path: ['parameters'], message: 'No output of an FMU becomes telemetry of a twin: the run would have no results. Map outputs.' })
  return { series, ports }
}

const isNumeric = (kind: string): kind is OutputSeries['kind'] => kind === 'float' || kind === 'integer' || kind === 'boolean'
