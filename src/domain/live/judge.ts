import { failure } from '../../errors.ts'
import type { Judge } from '../../change/live/live-plan.ts'
import type { RegisteredModel, Registry } from '../../model/registry.ts'
import type { Argument, Variables } from '../compile/argument.ts'
import { isPlain } from '../compile/column.ts'
import type { ColumnKind, WhereRole } from '../role.ts'

type Columns = Readonly<Record<string, unknown>>
/** Null: neither true nor false, as in Cypher, where something is compared with what is not there. */
type Truth = boolean | null
type Test = (columns: Columns) => Truth

/**
 * A `where` on a twin's own columns as a function, for those that mean the same in JavaScript as in Cypher; undefined: the store must be asked.
 * One change can concern a thousand live queries; a statement for each would be the end of it. It throws SCHEMA_CHANGED for a twin of a later model.
 */
export function createJudge(registry: Registry, model: RegisteredModel | undefined, where: Argument | undefined, variables: Variables): Judge | undefined {
  const test = where ? toTest({ registry, model, variables }, where) : asksNothing
  return test && {
    keys: where ? keysOf(where, variables) : [],
    belongs(columns) {
      const own = registry.get(String(columns['_model']))
      if (!own) throw failure('SCHEMA_CHANGED') // whether it is one of those that were asked for is not known here
      return (model === undefined || own.isA(model.id)) && test(columns) === true
    },
  }
}

/** Each `eq` and `in` that must hold whatever else does. */
function keysOf(where: Argument, variables: Variables): Judge['keys'] {
  if (where.kind !== 'object') return []
  return where.fields.flatMap(({ field, value }) => {
    const role = field.extensions.where
    if (role?.kind !== 'value' || role.stored === 'instant' || value.kind !== 'object') return []
    return value.fields.flatMap(({ field: { name }, value: operand }) => {
      if (operand.kind !== 'leaf' || operand.value === null || (name !== 'eq' && name !== 'in')) return []
      const given = operand.get(variables)
      return [{ column: role.column, values: new Set(name === 'in' ? given as readonly unknown[] : [given]) }]
    })
  })
}

/** An empty condition leaves no trace in what it is part of: `NOT: {}` is not the opposite of everything. */
const asksNothing: Test = () => true

interface Case {
  readonly registry: Registry
  readonly model: RegisteredModel | undefined
  readonly variables: Variables
}

function toTest(given: Case, where: Argument): Test | undefined {
  if (where.kind !== 'object') return asksNothing
  const tests = where.fields.map(({ field, value }) => {
    const role = field.extensions.where
    return !role || (value.kind === 'leaf' && value.value === null && role.kind !== 'value') ? asksNothing : fieldTest(given, role, value)
  })
  return every(tests)
}

function fieldTest(given: Case, role: WhereRole, value: Argument): Test | undefined {
  const operands = (): readonly (Test | undefined)[] => (value.kind === 'list' ? value.items : [value]).map((item) => toTest(given, item))
  switch (role.kind) {
    case 'and': return every(operands())
    case 'or': return some(operands())
    case 'not': {
      const test = toTest(given, value)
      return test === undefined || test === asksNothing ? test : (columns) => not(test(columns))
    }
    case 'value': return isComparable(given.model, role.column, role) ? valueTest(given, role.column, role.stored, value) : undefined
    case 'latest': return value.kind === 'object' ? every(value.fields.map((each) => (isSimple(role.stored) ? valueTest(given, role.column, role.stored, each.value) : undefined))) : asksNothing
    default: return undefined
  }
}

const isSimple = (stored: ColumnKind): boolean => stored === 'string' || stored === 'float' || stored === 'boolean' || stored === 'instant'

/** Integers of 64 bits come from the driver with digits missing; lists, dates and places are the store's to compare. */
function isComparable(model: RegisteredModel | undefined, column: string, { stored, list }: { readonly stored: ColumnKind; readonly list: boolean }): boolean {
  if (list) return false
  const content = model?.contents.get(column)
  return isSimple(stored) || (stored === 'integer' && (column === '_v' || (content?.kind === 'Property' && isPlain(content.schema))))
}

function valueTest({ variables }: Case, column: string, stored: ColumnKind, value: Argument): Test | undefined {
  if (value.kind === 'leaf') return value.value === null ? (columns) => isNull(columns[column]) : asksNothing
  if (value.kind !== 'object') return asksNothing
  return every(value.fields.map(({ field, value: operand }) => (operand.kind === 'leaf' ? operatorTest(column, stored, field.name, operand.get(variables)) : undefined)))
}

function operatorTest(column: string, stored: ColumnKind, operator: string, given: unknown): Test | undefined {
  if (operator === 'isNull') return isNull(given) ? asksNothing : (columns) => isNull(columns[column]) === given
  if (isNull(given)) return operator === 'eq' ? (columns) => isNull(columns[column]) : () => null
  const operand = stored === 'instant' ? Date.parse(String(given)) : operator === 'in' ? new Set(given as readonly unknown[]) : given
  const compare = comparisons[operator]
  if (!compare || (stored === 'string' && isOrder(operator)) || (operator === 'in' && stored === 'instant')) return undefined // texts have another order there
  return (columns) => {
    const found = columns[column]
    return isNull(found) ? (operator === 'in' && (operand as ReadonlySet<unknown>).size === 0 ? false : null) : compare(found, operand)
  }
}

const isOrder = (operator: string): boolean => operator === 'lt' || operator === 'lte' || operator === 'gt' || operator === 'gte'

const comparisons: Readonly<Record<string, (left: unknown, right: unknown) => Truth>> = {
  eq: (left, right) => left === right,
  in: (left, right) => (right as ReadonlySet<unknown>).has(left) || ((right as ReadonlySet<unknown>).has(null) ? null : false),
  contains: (left, right) => String(left).includes(String(right)),
  startsWith: (left, right) => String(left).startsWith(String(right)),
  endsWith: (left, right) => String(left).endsWith(String(right)),
  lt: (left, right) => Number(left) < Number(right),
  lte: (left, right) => Number(left) <= Number(right),
  gt: (left, right) => Number(left) > Number(right),
  gte: (left, right) => Number(left) >= Number(right),
}

const isNull = (value: unknown): boolean => value === null || value === undefined
const not = (truth: Truth): Truth => (truth === null ? null : !truth)

function every(given: readonly (Test | undefined)[]): Test | undefined {
  if (given.includes(undefined)) return undefined
  const tests = asking(given)
  return tests.length === 0 ? asksNothing : (columns) => {
    let all: Truth = true
    for (const test of tests) {
      const truth = test(columns)
      if (truth === false) return false
      if (truth === null) all = null
    }
    return all
  }
}

function some(given: readonly (Test | undefined)[]): Test | undefined {
  if (given.includes(undefined)) return undefined
  const tests = asking(given)
  return tests.length === 0 ? asksNothing : (columns) => {
    let any: Truth = false
    for (const test of tests) {
      const truth = test(columns)
      if (truth === true) return true
      if (truth === null) any = null
    }
    return any
  }
}

const asking = (tests: readonly (Test | undefined)[]): readonly Test[] => tests.filter((test) => test !== undefined && test !== asksNothing) as readonly Test[]
