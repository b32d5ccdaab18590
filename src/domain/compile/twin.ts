import Cypher from '@neo4j/cypher-builder'
import type { GraphQLCompositeType } from 'graphql'
import { isObjectType } from 'graphql'
import { failure } from '../../errors.ts'
import { componentType } from '../../twin/columns.ts'
import { readArguments } from './argument.ts'
import { limited, sequence } from './clauses.ts'
import { allProperties, isPlain, readColumn } from './column.ts'
import { relationshipConnection } from './connection.ts'
import { orderBy, orderKeys } from './order.ts'
import { hop } from './pattern.ts'
import { relationshipsOf } from './relationships.ts'
import type { Reading, Scope } from './scope.ts'
import { namedComposite, type SelectedField, selectedFields } from './selection.ts'
import { hasType, type Subject, valueOf, variablesOf } from './subject.ts'
import { wherePredicate } from './where.ts'
import { isPresent } from './world.ts'

/** What is read under one name of the row. */
interface Column {
  readonly name: string
  readonly clauses: readonly Cypher.Clause[]
  readonly value: Cypher.Expr
  readonly guard: Cypher.Predicate | undefined
}

/** The selected fields of the twin in `node`, whose GraphQL type is `type`. */
export function readTwin(scope: Scope, twin: Subject, type: GraphQLCompositeType, selections: readonly SelectedField['nodes'][number][]): Reading {
  const fields = selectedFields(scope, type, selections.map((selection) => selection.selectionSet))
  const plain = new Set<string>(isObjectType(type) ? ['_id'] : ['_id', '_model'])
  const columns = new Map<string, Column[]>()
  let readsVantage = false
  const put = (column: Column): void => { columns.set(column.name, [...(columns.get(column.name) ?? []), column]) }
  for (const field of fields) {
    const role = field.field.extensions.role
    if (role?.kind === 'property') {
      if (isPlain(role.property.schema)) plain.add(role.property.name)
      else put({ name: role.property.name, clauses: [], value: readColumn(twin, role.property.name, role.property.schema), guard: undefined })
    } else if (role?.kind === 'telemetry') readsVantage = true
    else if (role) put({ name: field.responseKey, guard: guardOf(scope, twin, field), ...readNested(scope, twin, field) })
    else {
      readsVantage ||= looksElsewhere.has(field.field.name)
      readSystemField(scope, twin, field, plain, put)
    }
  }
  const clauses = [...columns.values()].flat().flatMap((column) => column.clauses)
  const extra = Object.fromEntries([...columns].map(([name, variants]) => [name, choose(name, variants)]))
  if (readsVantage && !isPresent(scope.world)) extra['_vantage'] = scope.vantage()
  if (!twin.words) return { clauses, value: new Cypher.MapProjection(twin.state, [...plain], extra) }
  return { clauses, value: new Cypher.Map({ ...Object.fromEntries([...plain].map((name) => [name, valueOf(twin, name)])), ...extra }) }
}

/** Fields of a twin that are read from elsewhere, from where the query looks. */
const looksElsewhere: ReadonlySet<string> = new Set(['_series', '_meta', '_history'])

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
function guardOf(scope: Scope, twin: Subject, { conditions }: SelectedField): Cypher.Predicate | undefined {
  if (conditions.some((condition) => condition.length === 0)) return undefined
  return Cypher.or(...conditions.map((all) => Cypher.and(...all.map((type) => {
    const model = scope.registry.byType(type.name)
    if (model) return hasType(scope, twin, type.name)
    const own = scope.registry.byType(type.name.replace(/_$/, ''))
    return own ? Cypher.eq(valueOf(twin, '_model'), scope.parameters.add(() => own.id)) : Cypher.true
  }))))
}

function readNested(scope: Scope, twin: Subject, field: SelectedField): Reading {
  const role = field.field.extensions.role
  const guard = guardOf(scope, twin, field)
  if (role?.kind === 'component') return readComponent(scope, twin, field, role.component.name, guard)
  if (role?.kind === 'relationship') return readRelated(scope, twin, field, guard)
  if (role?.kind === 'relationshipConnection') return relationshipConnection(scope, twin, field, guard)
  throw new Error(`No rule reads the field ${field.field.name}.`)
}

function readComponent(scope: Scope, owner: Subject, field: SelectedField, name: string, guard: Cypher.Predicate | undefined): Reading {
  const found = new Cypher.Variable()
  const { subject, find } = hop(scope, { from: owner, type: componentType(name), label: '_Component' })
  const inner = readTwin(scope, subject, namedComposite(field), field.nodes)
  const subquery = sequence(find({ early: [guard] }), ...inner.clauses, new Cypher.Return([Cypher.head(Cypher.collect(inner.value)), found]))
  return { clauses: [new Cypher.Call(subquery, variablesOf(owner))], value: found }
}

function readRelated(scope: Scope, from: Subject, field: SelectedField, guard: Cypher.Predicate | undefined): Reading {
  const role = field.field.extensions.role
  if (role?.kind !== 'relationship') throw new Error('Not a relationship.')
  const found = new Cypher.Variable()
  const given = readArguments(field.field.args, field.nodes[0]?.arguments, scope.variables)
  const { subject: { edge: _edge, ...twin }, find } = hop(scope, { from, type: role.relationship.name, label: role.target?.names.type ?? 'Twin' })
  const inner = readTwin(scope, twin, namedComposite(field), field.nodes)
  const page = orderBy(new Cypher.With(...variablesOf(twin)).distinct(), orderKeys(twin, given.get('sort'))) // related twice, a twin is one twin; connections have an edge for each
  const subquery = sequence(find({ early: [guard], late: [wherePredicate(scope, twin, given.get('where'))] }), limited(scope, page, given), ...inner.clauses, new Cypher.Return([Cypher.collect(inner.value), found]))
  return { clauses: [new Cypher.Call(subquery, variablesOf(from))], value: found }
}

const systemColumns: ReadonlyMap<string, string> = new Map([['_id', '_id'], ['_model', '_model'], ['_version', '_v'], ['_createdAt', '_from'], ['_updatedAt', '_since']])

function readSystemField(scope: Scope, twin: Subject, field: SelectedField, plain: Set<string>, put: (column: Column) => void): void {
  const column = systemColumns.get(field.field.name)
  if (column) plain.add(column)
  else if (looksElsewhere.has(field.field.name)) plain.add('_model').add('_from')
  else if (field.field.name === '_properties') {
    plain.add('_model')
    put({ name: '_properties', clauses: [], value: allProperties(twin), guard: undefined })
  } else if (field.field.name === '_relationships') put({ name: field.responseKey, guard: undefined, ...relationshipsOf(scope, twin, field) })
}
