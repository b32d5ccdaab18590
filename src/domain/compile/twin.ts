import Cypher from '@neo4j/cypher-builder'
import type { GraphQLCompositeType } from 'graphql'
import { isObjectType } from 'graphql'
import { failure } from '../../errors.ts'
import { componentType } from '../../twin/columns.ts'
import { readArguments } from './argument.ts'
import { constrained, limited, sequence } from './clauses.ts'
import { allProperties, isPlain, readColumn } from './column.ts'
import { relationshipConnection } from './connection.ts'
import { orderBy, orderKeys } from './order.ts'
import { hop } from './pattern.ts'
import { relationshipsOf } from './relationships.ts'
import type { Reading, Scope } from './scope.ts'
import { namedComposite, type SelectedField, selectedFields } from './selection.ts'
import { wherePredicate } from './where.ts'

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
  const page = orderBy(new Cypher.With(node).distinct(), orderKeys({ node }, given.get('sort'))) // related twice, a twin is one twin; connections have an edge for each
  const subquery = sequence(
    constrained(match, scope.world.exists(edge), scope.world.exists(node), guard, wherePredicate(scope, { node }, given.get('where'))),
    limited(scope, page, given),
    ...inner.clauses,
    new Cypher.Return([Cypher.collect(inner.value), found]),
  )
  return { clauses: [new Cypher.Call(subquery, [from])], value: found }
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
