import type { Findings, Instance } from './instances.ts'
import type { FmuVariable } from './model-description.ts'
import { didYouMean } from './twin-source.ts'
import { kindOf } from './value-kind.ts'

/** A variable that a mapping names; undefined: it is none, or not for this, and an issue says so. */
export function variableOf({ name: instance, fmu: { description } }: Instance, name: string, isFit: (variable: FmuVariable) => boolean, what: string, path: readonly string[], { issues }: Findings): FmuVariable | undefined {
  const variable = description.variables.get(name)
  const fits = (): readonly string[] => [...description.variables.values()].filter((each) => isFit(each) && kindOf(each.type) !== undefined && !each.isArray).map((each) => each.name)
  if (!variable) issues.push({ code: 'UNKNOWN_PARAMETER', path, message: `The FMU ${description.modelName} of ${instance} has no variable ${JSON.stringify(name)}.${didYouMean(name, fits, issues)}` })
  else if (!isFit(variable)) issues.push({ code: 'UNKNOWN_PARAMETER', path, message: `${JSON.stringify(name)} of the FMU ${description.modelName} is a variable of the causality ${variable.causality}, and not ${what}.${didYouMean(name, fits, issues)}` })
  else if (variable.isArray || kindOf(variable.type) === undefined) issues.push({ code: 'WRONG_TYPE', path, message: `${JSON.stringify(name)} of the FMU ${description.modelName} is ${variable.isArray ? 'an array' : `of the type ${variable.type}`}; numbers, booleans and text are taken.` })
  else return variable
  return undefined
}

export const portOf = ({ reference, type }: FmuVariable): { readonly reference: number; readonly type: FmuVariable['type'] } => ({ reference, type })
