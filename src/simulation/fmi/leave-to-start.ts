import { inputKey } from './bind-inputs.ts'
import type { Findings, Instance } from './instances.ts'
import { kindOf } from './value-kind.ts'

/** Inputs that nothing feeds keep their start values, where they have any. Parameters that nothing sets as well. */
export function leaveToStart(instances: readonly Instance[], fed: ReadonlySet<string>, { issues, report }: Findings): void {
  for (const { index, name, twin, mapping, fmu: { description }, path } of instances) {
    for (const variable of description.variables.values()) {
      const [isInput, isParameter] = [variable.causality === 'input', variable.causality === 'parameter']
      if (!isInput && !isParameter || (mapping.start && Object.hasOwn(mapping.start, variable.name)) || fed.has(inputKey(index, variable.name))) continue
      if (variable.start !== undefined) report.defaulted.push({ twin: twin ?? name, property: variable.name, value: variable.start, why: `Nothing ${isInput ? 'feeds this input' : 'sets this parameter'}: it is what the FMU starts with.` })
      else if (isInput && kindOf(variable.type) !== undefined) issues.push({ code: 'MISSING_INPUT', ...(twin !== undefined && { twin }), path: [...path, 'inputs'], message: `Nothing feeds the input ${JSON.stringify(variable.name)} of ${name}, and it has no start value. Map it, or wire it.` })
    }
  }
}
