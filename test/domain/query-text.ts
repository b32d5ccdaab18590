import type { ListArguments, Selection } from './brute-force.ts'
import type { Kind } from './plant.ts'

export const rootField: Readonly<Record<Kind, string>> = { Zone: 'zones', Asset: 'assets', Pump: 'pumps', Valve: 'valves' }

const enumNames: Readonly<Record<string, string>> = { ok: 'OK', down: 'DOWN', true: 'true_' }

/** The query as text with every argument a literal, or as text with arguments in variables. `vantage`: arguments of the root field that say from where it looks. */
export function queryText(args: ListArguments, selection: Selection, asVariables: boolean, vantage?: { readonly declared: string; readonly given: string }): { readonly text: string; readonly variables: Record<string, unknown> } {
  const declared: string[] = vantage ? [vantage.declared] : []
  const variables: Record<string, unknown> = {}
  const value = (type: string, given: unknown): string => {
    if (!asVariables) return literal(given)
    const name = `v${declared.length}`
    declared.push(`$${name}: ${type}`)
    variables[name] = withEnumNames(given)
    return `$${name}`
  }
  const list = (kind: Kind, { where, sort, limit, offset }: ListArguments): string =>
    `(where: ${value(`${kind}_Where`, where)}, sort: ${value(`[${kind}_Sort!]`, sort)}, limit: ${value('Int', limit)}, offset: ${value('Int', offset)})`
  const fields = ({ scalars, nested, motor, ofPumps }: Selection): string => [
    '__typename', '_id', ...scalars, ...(motor ? ['motor { power }'] : []),
    ...(ofPumps.length > 0 ? [`... on Pump { ${ofPumps.join(' ')} }`] : []),
    ...nested.map((each) => `${each.alias}: ${each.name}${list(each.selection.type, each)} { ${fields(each.selection)} }`),
  ].join(' ')
  const root = list(selection.type, args)
  const body = `${rootField[selection.type]}${vantage ? root.replace(/\)$/, `, ${vantage.given})`) : root} { ${fields(selection)} }`
  return { text: `query${declared.length > 0 ? `(${declared.join(', ')})` : ''} { ${body} }`, variables }
}

/** A value as GraphQL writes it: keys bare, enum values without quotes. */
export function literal(value: unknown, key = ''): string {
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, key)).join(', ')}]`
  if (typeof value === 'object' && value !== null) return `{ ${Object.entries(value).map(([name, item]) => `${name}: ${literal(item, name === 'status' || key === 'status' ? 'status' : name)}`).join(', ')} }`
  if (value === 'ASC' || value === 'DESC') return value
  if (key === 'status' && typeof value === 'string') return enumNames[value] ?? value
  return JSON.stringify(value)
}

export function withEnumNames(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withEnumNames(item, key))
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withEnumNames(item, name === 'status' || key === 'status' ? 'status' : name)]))
  return key === 'status' && typeof value === 'string' ? enumNames[value] ?? value : value
}

