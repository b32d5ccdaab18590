import type { NetworkRelationship } from '../network.ts'
import type { Findings } from '../findings.ts'
import type { HydraulicNetwork } from './input.ts'
import type { Mapping } from './mapping.ts'
import type { TwinReader } from './twin-reader.ts'

type Control = HydraulicNetwork['controls'][number]

interface Ground {
  readonly relationships: readonly NetworkRelationship[]
  readonly mapping: Mapping
  readonly findings: Findings
  readonly readers: ReadonlyMap<string, TwinReader>
  readonly names: ReadonlyMap<string, string>
  readonly links: Pick<HydraulicNetwork, 'pumps' | 'valves' | 'pipes'>
}

/** `switchedBy`: a link starts below one level of a tank (or pressure of a junction), and stops above another. */
export function toControls(ground: Ground): readonly Control[] {
  return ground.relationships.filter(({ name }) => name === ground.mapping.switchedBy).flatMap((relationship) => switching(relationship, ground))
}

function switching({ id, name, from, to, properties }: NetworkRelationship, { mapping, findings, readers, names, links }: Ground): readonly Control[] {
  const [link, node] = [names.get(from), names.get(to)]
  const role = readers.get(to)?.role
  if (link === undefined || node === undefined) return skip('One of the two is nothing to EPANET.')
  if (role !== 'tank' && role !== 'junction') return refuse(`is ${name} the ${role ?? 'twin'} ${to}: only levels of tanks and pressures of junctions switch.`)
  if (links.pipes.some((pipe) => pipe.id === link && pipe.hasCheckValve)) return refuse('has a check valve, which nothing else can switch.')
  const [start, stop] = [levelOf(mapping.startBelow), levelOf(mapping.stopAbove)]
  if (Number.isNaN(start) || Number.isNaN(stop)) return []
  if (start === undefined && stop === undefined) return skip(`It has neither ${mapping.startBelow} nor ${mapping.stopAbove}.`)
  if (start !== undefined && stop !== undefined && start >= stop) return refuse(`starts below ${start} metres and stops above ${stop}: it must start at less.`)
  const setting = (links.pumps.find((pump) => pump.id === link)?.speed ?? links.valves.find((valve) => valve.id === link)?.setting) ?? null
  return [
    ...(start === undefined ? [] : [{ link, isOpen: true, setting, node, when: 'BELOW', value: start } as const]),
    ...(stop === undefined ? [] : [{ link, isOpen: false, setting: null, node, when: 'ABOVE', value: stop } as const]),
  ]

  function levelOf(property: string): number | undefined {
    const value = properties[property]
    if (value === undefined || value === null) return undefined
    if (typeof value === 'number') return value
    findings.refuse('WRONG_TYPE', ['of'], `${property} of ${name} from ${from} to ${to} is ${JSON.stringify(value).slice(0, 60)}, which is no number.`, { twin: from, property: name })
    return Number.NaN
  }

  function refuse(what: string): readonly Control[] {
    findings.refuse('BAD_NETWORK', ['of'], `${from} ${what}`, { twin: from, property: name })
    return []
  }

  function skip(why: string): readonly Control[] {
    findings.ignored(from, `${name} ${to} (${id})`, why)
    return []
  }
}
