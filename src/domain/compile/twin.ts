import Cypher from '@neo4j/cypher-builder'
import type { GraphQLCompositeType } from 'graphql'
import { getNamedType, isCompositeType, isObjectType } from 'graphql'
import { failure } from '../../errors.ts'
import { listElementKind, storedKind } from '../../twin/stored-value.ts'
import { componentType } from '../../twin/columns.ts'
import type { Schema } from '../../model/model.ts'
import { longestList } from '../list-limit.ts'
import { readArguments } from './argument.ts'
import { relationshipConnection } from './connection.ts'
import { orderBy, orderKeys } from './order.ts'
import { hop } from './pattern.ts'
import { relationshipsOf } from './relationships.ts'
import { type Scope, sequence } from './scope.ts'
import { type SelectedField, selectedFields } from './selection.ts'
import { wherePredicate } from './where.ts'

/** How to read what is selected of a twin: subqueries first, then an expression that gathers all. */
export interface Reading {
  readonly clauses: readonly Cypher.Clause[]
  readonly value: Cypher.Expr
}

/** What is read under one name of the row. */
interface Column {
  readonly name: string
  readonly clauses: readonly Cypher.Clause[]
  readonly value: Cypher.Expr
  readonly guard: Cypher.Predicate | undefined
}

/** The selected fields of the twin in `node`, whose GraphQL type is `type`. */
export function readTwin(scope: Scope, node: Cypher.Node, type: GraphQLCompositeType, selections: readonly SelectedField['nodes'][number][]): Reading {
  const fields = selectedFields(scope, type, selections.map((selection) => selection.selectionSet))
  const plain = new Set<string>(isObjectType(type) ? ['_id'] : ['_id', '_model'])
  const columns = new Map<string, Column[]>()
  const put = (column: Column): void => { columns.set(column.name, [...(columns.get(column.name) ?? []), column]) }
  for (const field of fields) {
    const role = field.field.extensions.role
    if (role?.kind === 'property') {
      if (isPlain(role.property.schema)) plain.add(role.property.name)
      else put({ name: role.property.name, clauses: [], value: readColumn(node, role.property.name, role.property.schema), guard: undefined })
    } else if (role && role.kind !== 'telemetry') put({ name: field.responseKey, guard: guardOf(scope, node, field), ...readNested(scope, node, field) })
    else if (!role) readSystemField(scope, node, field, plain, put)
  }
  const clauses = [...columns.values()].flat().flatMap((column) => column.clauses)
  const extra = Object.fromEntries([...columns].map(([name, variants]) => [name, choose(name, variants)]))
  return { clauses, value: new Cypher.MapProjection(node, [...plain], extra) }
}

/** One name may stand for different fields of different types; the row's type chooses. */
function choose(name: string, variants: readonly Column[]): Cypher.Expr {
  const [first] = variants
  if (variants.length === 1 && first) return first.value
  const choice = new Cypher.Case()
  for (const { guard, value } of variants) {
    if (!guard) {
      if (variants.every((variant) => variant.clauses.length === 0)) return value
      throw failure('BAD_USER_INPUT', { message: `Two different fields are both to be returned as ${name}. Give one of them an alias of its own.` })
    }
    choice.when(guard).then(value)
  }
  return choice
}

/** Numbers beyond 2^53 come as text: the driver's numbers would lose digits. */
const is64Bit = (schema: Schema): boolean => schema.kind === 'primitive' && schema.type === 'long'
const isPlain = (schema: Schema): boolean => !is64Bit(schema) && !(schema.kind === 'array' && is64Bit(schema.element))

export function readColumn(of: Cypher.Node | Cypher.Relationship, name: string, schema: Schema): Cypher.Expr {
  const column = of.property(name)
  if (schema.kind === 'array' && listElementKind(schema) === 'integer') {
    const item = new Cypher.Variable()
    return new Cypher.ListComprehension(item).in(column).map(Cypher.toString(item))
  }
  return storedKind(schema) === 'integer' && is64Bit(schema) ? Cypher.toString(column) : column
}

/** A twin's type conditions as a predicate on its labels; undefined where it is selected for every type. */
function guardOf(scope: Scope, node: Cypher.Node, { conditions }: SelectedField): Cypher.Predicate | undefined {
  if (conditions.some((condition) => condition.length === 0)) return undefined
  return Cypher.or(...conditions.map((all) => Cypher.and(...all.map((type) => {
    const model = scope.registry.byType(type.name)
    if (model) return node.hasLabel(type.name)
    const own = scope.registry.byType(type.name.replace(/_$/, ''))
    return own ? Cypher.eq(node.property('_model'), scope.parameters.add(() => own.id)) : Cypher.true
  }))))
}

function readNested(scope: Scope, node: Cypher.Node, field: SelectedField): Reading {
  const role = field.field.extensions.role
  const guard = guardOf(scope, node, field)
  if (role?.kind === 'component') return readComponent(scope, node, field, role.component.name, guard)
  if (role?.kind === 'relationship') return readRelated(scope, node, field, guard)
  if (role?.kind === 'relationshipConnection') return relationshipConnection(scope, node, field, guard)
  throw new Error(`No rule reads the field ${field.field.name}.`)
}

function readComponent(scope: Scope, owner: Cypher.Node, field: SelectedField, name: string, guard: Cypher.Predicate | undefined): Reading {
  const [node, edge, found] = [new Cypher.Node(), new Cypher.Relationship(), new Cypher.Variable()]
  const inner = readTwin(scope, node, namedComposite(field), field.nodes)
  const match = new Cypher.Match(hop(scope, { from: owner, edge, to: node, type: componentType(name), label: '_Component' }))
  const subquery = sequence(constrained(match, scope.world.exists(edge), guard), ...inner.clauses, new Cypher.Return([Cypher.head(Cypher.collect(inner.value)), found]))
  return { clauses: [new Cypher.Call(subquery, [owner])], value: found }
}

function readRelated(scope: Scope, from: Cypher.Node, field: SelectedField, guard: Cypher.Predicate | undefined): Reading {
  const role = field.field.extensions.role
  if (role?.kind !== 'relationship') throw new Error('Not a relationship.')
  const [node, edge, found] = [new Cypher.Node(), new Cypher.Relationship(), new Cypher.Variable()]
  const given = readArguments(field.field.args, field.nodes[0]?.arguments, scope.variables)
  const match = new Cypher.Match(hop(scope, { from, edge, to: node, type: role.relationship.name, label: role.target?.names.type ?? 'Twin' }))
  const inner = readTwin(scope, node, namedComposite(field), field.nodes)
  const page = orderBy(new Cypher.With(node), orderKeys({ node }, given.get('sort')))
  const subquery = sequence(
    constrained(match, scope.world.exists(edge), scope.world.exists(node), guard, wherePredicate(scope, { node }, given.get('where'))),
    limited(scope, page, given),
    ...inner.clauses,
    new Cypher.Return([Cypher.collect(inner.value), found]),
  )
  return { clauses: [new Cypher.Call(subquery, [from])], value: found }
}

/** `offset` and `limit`; without `limit`, one more than the longest list, to tell that it is longer. */
export function limited(scope: Scope, page: Cypher.With, given: ReturnType<typeof readArguments>): Cypher.With {
  const [limit, offset] = [given.get('limit'), given.get('offset')]
  if (offset?.kind === 'leaf' && offset.value !== null) page.skip(scope.parameters.add((variables) => wholeNumber('offset', offset.get(variables))))
  if (limit?.kind === 'leaf' && limit.value !== null) page.limit(scope.parameters.add((variables) => wholeNumber('limit', limit.get(variables))))
  else page.limit(longestList + 1)
  return page
}

export function wholeNumber(name: string, value: unknown, most = Number.MAX_SAFE_INTEGER): bigint {
  if (typeof value === 'number' && value >= 0 && value <= most) return BigInt(value)
  const range = most === Number.MAX_SAFE_INTEGER ? '0 or more' : `from 0 to ${most}`
  throw failure('BAD_USER_INPUT', { message: `\`${name}\` is ${JSON.stringify(value)}; give a whole number, ${range}.` })
}

export function constrained(match: Cypher.Match, ...tests: readonly (Cypher.Predicate | undefined)[]): Cypher.Match {
  const given = tests.filter((test) => test !== undefined)
  return given.length > 0 ? match.where(Cypher.and(...given)) : match
}

export function namedComposite(field: SelectedField): GraphQLCompositeType {
  const type = getNamedType(field.field.type)
  if (!isCompositeType(type)) throw new Error(`${field.field.name} has no selection.`)
  return type
}

const systemColumns: ReadonlyMap<string, string> = new Map([['_id', '_id'], ['_model', '_model'], ['_version', '_v'], ['_createdAt', '_from'], ['_updatedAt', '_since']])

function readSystemField(scope: Scope, node: Cypher.Node, field: SelectedField, plain: Set<string>, put: (column: Column) => void): void {
  const column = systemColumns.get(field.field.name)
  if (column) plain.add(column)
  else if (field.field.name === '_series') plain.add('_model')
  else if (field.field.name === '_properties') {
    plain.add('_model')
    put({ name: '_properties', clauses: [], value: allProperties(node), guard: undefined })
  } else if (field.field.name === '_relationships') put({ name: field.responseKey, guard: undefined, ...relationshipsOf(scope, node, field) })
}

/** Name and value of every property of a model, integers as text: names that begin with `_` are the system's. */
export function allProperties(of: Cypher.Node | Cypher.Relationship): Cypher.Expr {
  const key = new Cypher.Variable()
  const value = of.property(key)
  const lossless = new Cypher.Case().when(Cypher.isType(value, Cypher.TYPE.INTEGER)).then(Cypher.toString(value)).else(value)
  return new Cypher.ListComprehension(key).in(Cypher.keys(of)).where(Cypher.not(Cypher.startsWith(key, new Cypher.Literal('_')))).map(new Cypher.List([key, lossless]))
}
