import { isOf, type Kind, type Plant, type PlantLink, type PlantTwin } from './plant.ts'

/** What a query must answer, computed the slow way: Cypher's three-valued logic over plain arrays. `null` is unknown. */
type Truth = boolean | null
export type Where = Readonly<Record<string, unknown>>

export const and = (values: readonly Truth[]): Truth => (values.includes(false) ? false : values.includes(null) ? null : true)
export const or = (values: readonly Truth[]): Truth => (values.includes(true) ? true : values.includes(null) ? null : false)
export const not = (value: Truth): Truth => (value === null ? null : !value)

export interface Selection {
  readonly type: Kind
  readonly scalars: readonly string[]
  readonly nested: readonly Nested[]
  readonly motor: boolean
  /** Fields asked for only of pumps. */
  readonly ofPumps: readonly string[]
}

export interface Nested extends ListArguments {
  readonly alias: string
  readonly name: PlantLink['name']
  readonly selection: Selection
}

export interface ListArguments {
  readonly where: Where
  readonly sort: readonly Readonly<Record<string, 'ASC' | 'DESC'>>[]
  readonly limit: number | null
  readonly offset: number | null
}

export function answer(plant: Plant, twins: readonly PlantTwin[], args: ListArguments, selection: Selection): readonly unknown[] {
  const found = twins.filter((twin) => isOf(twin.kind, selection.type) && holds(plant, twin, args.where) === true).sort(by(args.sort))
  const from = args.offset ?? 0
  return found.slice(from, args.limit === null ? undefined : from + args.limit).map((twin) => project(plant, twin, selection))
}

function project(plant: Plant, twin: PlantTwin, selection: Selection): unknown {
  const row: Record<string, unknown> = { __typename: twin.kind === 'Asset' ? 'Asset_' : twin.kind, _id: twin.id }
  for (const name of selection.scalars) row[name] = shown(name, twin.values[name])
  if (twin.kind === 'Pump') for (const name of selection.ofPumps) row[name] = twin.values[name] ?? null
  if (selection.motor && twin.kind === 'Pump') row['motor'] = { power: twin.motor?.['power'] ?? null }
  for (const nested of selection.nested) row[nested.alias] = answer(plant, [...new Set(targets(plant, twin, nested.name))], nested, nested.selection)
  return row
}

const shown = (name: string, value: unknown): unknown => (name === 'status' && typeof value === 'string' ? { ok: 'OK', down: 'DOWN', true: 'true_' }[value] : value ?? null)

const links = (plant: Plant, twin: PlantTwin, name: string): readonly PlantLink[] => plant.links.filter((link) => link.from === twin.id && link.name === name)

const twinOf = (plant: Plant, id: string): PlantTwin => plant.twins.find((twin) => twin.id === id) ?? fail(id)

function fail(id: string): never {
  throw new Error(`No twin ${id}.`)
}

const targets = (plant: Plant, twin: PlantTwin, name: string): readonly PlantTwin[] => links(plant, twin, name).map((link) => twinOf(plant, link.to))

export function holds(plant: Plant, twin: PlantTwin, where: Where): Truth {
  return and(Object.entries(where).map(([field, condition]) => fieldHolds(plant, twin, field, condition)))
}

function fieldHolds(plant: Plant, twin: PlantTwin, field: string, condition: unknown): Truth {
  const parts = condition as Where
  switch (field) {
    case 'AND': return and((condition as readonly Where[]).map((part) => holds(plant, twin, part)))
    case 'OR': return (condition as readonly Where[]).length === 0 ? true : or((condition as readonly Where[]).map((part) => holds(plant, twin, part)))
    case 'NOT': return Object.keys(parts).length === 0 ? true : not(holds(plant, twin, parts))
    case '_id': return valueHolds(twin.id, parts)
    case 'motor': return twin.kind === 'Pump' && and(Object.entries(parts).map(([name, test]) => valueHolds(twin.motor?.[name] ?? null, test as Where))) === true
    case 'partOf': case 'feeds': case 'guards':
      return quantified(links(plant, twin, field), parts, (link, inner) => holds(plant, twinOf(plant, link.to), inner))
    case 'partOfConnection': case 'feedsConnection':
      return quantified(links(plant, twin, field.replace('Connection', '')), parts, (link, inner) => and(Object.entries(inner).map(([key, test]) =>
        (key === 'node' ? holds(plant, twinOf(plant, link.to), test as Where) : and(Object.entries(test as Where).map(([name, tests]) => valueHolds(name === 'share' ? link.share : link.id, tests as Where)))))))
    default: return valueHolds(twin.values[field] ?? null, parts)
  }
}

function quantified(found: readonly PlantLink[], quantifiers: Where, test: (link: PlantLink, inner: Where) => Truth): Truth {
  return and(Object.entries(quantifiers).map(([quantifier, inner]) => {
    const truths = found.map((link) => test(link, inner as Where))
    const matching = truths.filter((truth) => truth === true).length
    switch (quantifier) {
      case 'some': return matching > 0
      case 'none': return matching === 0
      case 'single': return matching === 1
      default: return matching > 0 && !truths.includes(false)
    }
  }))
}

function valueHolds(value: unknown, tests: Where): Truth {
  return and(Object.entries(tests).map(([operator, operand]) => operatorHolds(value, operator, operand)))
}

function operatorHolds(value: unknown, operator: string, operand: unknown): Truth {
  if (operator === 'isNull') return (value === null) === operand
  if (operator === 'eq' && operand === null) return value === null
  if (operator === 'hasKey') return value === null ? null : Object.hasOwn(value as object, String(operand))
  if (value === null) return operator === 'in' && (operand as readonly unknown[]).length === 0 ? false : null
  if (operator === 'in') return (operand as readonly unknown[]).map(comparable).includes(comparable(value))
  if (operator === 'includes') return (value as readonly unknown[]).includes(operand)
  if (operator === 'contains') return String(value).includes(String(operand))
  if (operator === 'startsWith') return String(value).startsWith(String(operand))
  if (operator === 'endsWith') return String(value).endsWith(String(operand))
  const order = compare(value, operand)
  return { eq: order === 0, lt: order < 0, lte: order <= 0, gt: order > 0, gte: order >= 0 }[operator] ?? null
}

/** Instants, and 64-bit integers given as text, compare by what they mean. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return JSON.stringify(value)
  if (typeof value === 'string' && /^-?\d{10,}$/.test(value)) return BigInt(value)
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return Date.parse(value)
  return value
}

function compare(left: unknown, right: unknown): number {
  const [a, b] = [comparable(left) as number, comparable(right) as number]
  return a < b ? -1 : a > b ? 1 : 0
}

/** Cypher's order: missing values are the greatest. */
function by(sort: ListArguments['sort']): (a: PlantTwin, b: PlantTwin) => number {
  return (a, b) => {
    for (const item of sort) {
      for (const [name, direction] of Object.entries(item)) {
        const [x, y] = [a, b].map((twin) => (name === '_id' ? twin.id : twin.values[name] ?? null))
        const order = x === null || y === null ? (x === y ? 0 : x === null ? 1 : -1) : compare(x, y)
        if (order !== 0) return direction === 'DESC' ? -order : order
      }
    }
    return 0
  }
}
