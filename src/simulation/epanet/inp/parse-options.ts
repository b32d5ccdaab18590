import type { DemandModelName } from '../model.ts'

/** What binding needs to know of the section [OPTIONS]. */
export interface InpOptions {
  readonly flowUnits: string
  readonly pressureUnits: string | undefined
  readonly emitterExponent: number
  readonly demandModel: DemandModelName
}

/** EPANET 2.2 User Manual, appendix C: options have names of one or two words, known by their first four letters, and several begin alike; what is said twice is as it is said last. */
export function parseOptions(rows: readonly (readonly string[])[]): InpOptions {
  const said = new Map<string, string>()
  for (const row of rows) {
    const [first = '', second = '', third = ''] = row.map((word) => word.toUpperCase())
    const [name, next] = [first.slice(0, 4), second.slice(0, 4)]
    if (followers.get(name)?.has(next)) said.set(`${name} ${next}`, third)
    else said.set(name, second)
  }
  const exponent = Number(said.get('EMIT EXPO'))
  return {
    flowUnits: toFlowUnits(said.get('UNIT') ?? 'GPM'), pressureUnits: said.get('PRES'), emitterExponent: exponent > 0 ? exponent : 0.5,
    demandModel: said.get('DEMA MODE')?.startsWith('PDA') ? 'PDA' : 'DDA',
  }
}

/** Second words of names. */
const followers: ReadonlyMap<string, ReadonlySet<string>> = new Map([['PRES', new Set(['EXPO'])], ['EMIT', new Set(['EXPO', 'BACK'])], ['DEMA', new Set(['MODE', 'MULT'])]])

const toFlowUnits = (said: string): string => (said === 'SI' ? 'LPS' : said)
