import type { RoleName } from '../vocabulary.ts'
import { type InpOptions, parseOptions } from './parse-options.ts'
import { type StatusOf, toStatuses } from './parse-status.ts'

/** What binding needs to know of an EPANET input file; numbers in the file's units. EPANET itself reads the rest. */
export interface ParsedInp {
  readonly options: InpOptions
  readonly nodes: readonly InpNode[]
  readonly links: readonly InpLink[]
  readonly problems: readonly string[]
}

export interface InpNode {
  readonly id: string
  readonly role: Extract<RoleName, 'junction' | 'tank' | 'reservoir'>
  readonly values: ReadonlyMap<string, number>
}

export interface InpLink {
  readonly id: string
  readonly role: Extract<RoleName, 'pipe' | 'pump' | 'valve'>
  readonly node1: string
  readonly node2: string
  readonly function: string | undefined
  readonly hasCheckValve: boolean
  readonly values: ReadonlyMap<string, number>
}

const mostProblems = 20

/** EPANET 2.2 User Manual, appendix C: sections in any order, named by their first four letters; blanks, tabs and commas part the words, `;` begins a comment. */
export function parseInp(text: string): ParsedInp {
  const sections = sectionsOf(text)
  const rows = (name: string): readonly Row[] => sections.get(name) ?? []
  const problems: string[] = []
  const demands = new Map<string, number[]>()
  for (const { words: [id = '', demand] } of rows('DEMA')) demands.set(id, [...(demands.get(id) ?? []), Number(demand)])
  const nodes = unique([
    ...rows('JUNC').map(({ words: [id = '', elevation, demand] }) => node(id, 'junction', [['elevation', elevation ?? '0'], ...baseDemand(demand, demands.get(id))])),
    ...rows('RESE').map(({ words: [id = '', head] }) => node(id, 'reservoir', [['head', head]])),
    ...rows('TANK').map(({ words: [id = '', elevation, initialLevel, minLevel, maxLevel, diameter] }) => diameter === undefined && initialLevel === undefined
      ? node(id, 'reservoir', [['head', elevation]])
      : node(id, 'tank', [['elevation', elevation], ['initialLevel', initialLevel], ['minLevel', minLevel], ['maxLevel', maxLevel], ['diameter', diameter]])),
  ], 'node', problems)
  const statusOf = toStatuses(rows('STAT').map(({ words }) => words))
  const links = unique([...rows('PIPE').map(pipe), ...rows('PUMP').map((row) => pump(row, statusOf)), ...rows('VALV').map((row) => valve(row, statusOf))], 'link', problems)
  const known = new Set(nodes.map(({ id }) => id))
  for (const { id, node1, node2 } of links) {
    const missing = [node1, node2].find((end) => !known.has(end))
    if (missing !== undefined) problems.push(`Link ${id} ends at ${JSON.stringify(missing)}, which is no node of the file.`)
  }
  if (nodes.length === 0) problems.push('It has no nodes: is it an EPANET input file (.inp)?')
  else if (!nodes.some(({ role }) => role !== 'junction')) problems.push('It has neither a reservoir nor a tank, so there is no water in it.')
  return { options: parseOptions(rows('OPTI').map(({ words }) => words)), nodes, links, problems: problems.slice(0, mostProblems) }
}

interface Row {
  readonly words: readonly string[]
}

function sectionsOf(text: string): ReadonlyMap<string, readonly Row[]> {
  const sections = new Map<string, Row[]>()
  let rows: Row[] | undefined
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    const content = (line.split(';', 1)[0] ?? '').trim()
    if (content === '') continue
    if (!content.startsWith('[')) { rows?.push({ words: content.split(/[\s,]+/).map((word) => word.replace(/^"(.*)"$/, '$1')) }); continue }
    const name = content.slice(1, 5).toUpperCase()
    if (name === 'END]') break
    rows = sections.get(name) ?? []
    sections.set(name, rows)
  }
  return sections
}

type Values = readonly (readonly [string, string | undefined])[]

const node = (id: string, role: InpNode['role'], values: Values): InpNode => ({ id, role, values: numbers(values) })

/** A junction with several demands has none that could be turned alone. */
function baseDemand(own: string | undefined, categories: readonly number[] | undefined): Values {
  if (categories === undefined) return [['baseDemand', own ?? '0']]
  return categories.length === 1 ? [['baseDemand', String(categories[0])]] : []
}

function pipe({ words: [id = '', node1 = '', node2 = '', length, diameter, roughness, ...rest] }: Row): InpLink {
  const minorLoss = rest.find((word) => word !== '' && !Number.isNaN(Number(word))) ?? '0'
  return {
    id, role: 'pipe', node1, node2, function: undefined, hasCheckValve: rest.some((word) => word.toUpperCase() === 'CV'),
    values: numbers([['length', length], ['diameter', diameter], ['roughness', roughness], ['minorLoss', minorLoss]]),
  }
}

/** A pump with a pattern has no speed that could be set. */
function pump({ words: [id = '', node1 = '', node2 = '', ...rest] }: Row, statusOf: StatusOf): InpLink {
  const said = new Map(rest.flatMap((word, at) => (at % 2 === 0 ? [[word.slice(0, 4).toUpperCase(), rest[at + 1]] as const] : [])))
  const status = statusOf(id)
  const speed = status === 'OPEN' ? '1' : Number(status) > 0 ? status : said.get('SPEE') ?? '1'
  return { id, role: 'pump', node1, node2, function: undefined, hasCheckValve: false, values: numbers(said.has('PATT') ? [] : [['speed', speed]]) }
}

function valve({ words: [id = '', node1 = '', node2 = '', diameter, kind = '', setting, minorLoss = '0'] }: Row, statusOf: StatusOf): InpLink {
  const status = Number(statusOf(id))
  return { id, role: 'valve', node1, node2, function: kind.toUpperCase(), hasCheckValve: false, values: numbers([['diameter', diameter], ['setting', Number.isNaN(status) ? setting : String(status)], ['minorLoss', minorLoss]]) }
}

/** What is no number is left out: EPANET says what it makes of it. */
const numbers = (values: Values): ReadonlyMap<string, number> =>
  new Map(values.flatMap(([name, word]) => (word !== undefined && word !== '' && Number.isFinite(Number(word)) ? [[name, Number(word)] as const] : [])))

function unique<T extends { readonly id: string }>(elements: readonly T[], what: string, problems: string[]): readonly T[] {
  const seen = new Set<string>()
  for (const { id } of elements) {
    if (seen.has(id)) problems.push(`The ${what} ${id} is there twice.`)
    seen.add(id)
  }
  return elements
}
