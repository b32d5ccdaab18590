import Cypher from '@neo4j/cypher-builder'
import type { FieldNode, GraphQLField, GraphQLSchema } from 'graphql'
import type { Registry } from '../../model/registry.ts'
import type { RootRole } from '../role.ts'
import type { Statement } from '../statement.ts'
import { readArguments, type Variables } from './argument.ts'
import { readConnection } from './connection.ts'
import { orderBy, orderKeys, uniqueKey } from './order.ts'
import { createParameters } from './parameters.ts'
import { anchor, anchorById } from './pattern.ts'
import { rootTwins } from './root-twins.ts'
import type { Scope } from './scope.ts'
import { namedComposite, type SelectedField, type SelectionContext } from './selection.ts'
import { constrained, limited, sequence } from './clauses.ts'
import { readTwin } from './twin.ts'
import type { World } from './world.ts'

/** One root field, to be read in one statement. */
export interface RootField {
  readonly field: GraphQLField<unknown, unknown>
  readonly nodes: readonly FieldNode[]
  readonly schema: GraphQLSchema
  readonly fragments: SelectionContext['fragments']
  readonly registry: Registry
  readonly world: World
  readonly tenantLabel: string
  readonly tenant: string
}

/** A statement but for its parameters' values. It returns one record, whose `value` is the field's rows. */
export type Compiled = (variables: Variables) => Statement

/** Compiles a root field for one shape of variables: the result serves every request whose variables have that shape. */
export function compileRoot(root: RootField, role: RootRole, variables: Variables): Compiled {
  const parent = root.schema.getQueryType()
  if (!parent) throw new Error('The schema has no Query.')
  const selected: SelectedField = { responseKey: root.field.name, field: root.field, parent, nodes: [...root.nodes], conditions: [[]] }
  return compiled(root, variables, (scope) => (role.kind === 'one' ? readOne(scope, selected, role) : role.kind === 'list' ? readList(scope, selected, role) : readPages(scope, selected, role)))
}

/** Compiles the reading of twins by their ids, for fields such as `CreateTwinsSuccess.twins`. The ids are the variable `idsVariable`. */
export function compileByIds(root: RootField, variables: Variables, idsVariable: string): Compiled {
  const selected: SelectedField = { responseKey: root.field.name, field: root.field, parent: namedComposite({ field: root.field } as SelectedField), nodes: [...root.nodes], conditions: [[]] }
  return compiled(root, variables, (scope) => {
    const [node, id] = [new Cypher.Node(), new Cypher.Variable()]
    const reading = readTwin(scope, node, namedComposite(selected), selected.nodes)
    return sequence(
      new Cypher.Unwind([scope.parameters.add((values) => values[idsVariable]), id]),
      constrained(new Cypher.Match(anchorById(scope, node, id)), scope.world.exists(node)),
      ...reading.clauses,
      new Cypher.Return([Cypher.collect(reading.value), 'value']),
    )
  })
}

export function compiled(root: RootField, variables: Variables, read: (scope: Scope) => Cypher.Clause): Compiled {
  const parameters = createParameters()
  const scope: Scope = { ...root, readTwin, variables, parameters, tenant: parameters.add(() => root.tenant) }
  const { cypher } = read(scope).build()
  return (values) => ({ text: cypher, parameters: parameters.bind(values) })
}

function readOne(scope: Scope, field: SelectedField, { model }: RootRole): Cypher.Clause {
  const node = new Cypher.Node()
  const id = readArguments(field.field.args, field.nodes[0]?.arguments, scope.variables).get('id')
  const reading = readTwin(scope, node, namedComposite(field), field.nodes)
  const match = new Cypher.Match(anchorById(scope, node, scope.parameters.add((variables) => (id?.kind === 'leaf' ? id.get(variables) : null))))
  return sequence(constrained(match, scope.world.exists(node), model && node.hasLabel(model.names.type)), ...reading.clauses, new Cypher.Return([Cypher.collect(reading.value), 'value']))
}

function readList(scope: Scope, field: SelectedField, { model }: RootRole): Cypher.Clause {
  const node = new Cypher.Node()
  const given = readArguments(field.field.args, field.nodes[0]?.arguments, scope.variables)
  const reading = readTwin(scope, node, namedComposite(field), field.nodes)
  return sequence(
    ...rootTwins(scope, node, model, given),
    limited(scope, orderBy(new Cypher.With(node), orderKeys({ node }, given.get('sort'))), given),
    ...reading.clauses,
    new Cypher.Return([Cypher.collect(reading.value), 'value']),
  )
}

function readPages(scope: Scope, field: SelectedField, { model }: RootRole): Cypher.Clause {
  const node = new Cypher.Node()
  const reading = readConnection(scope, field, {
    node, outer: [], target: model, unique: [uniqueKey(node)],
    match: () => new Cypher.Match(anchor(scope, node, model?.names.type ?? 'Twin')),
    tests: [scope.world.exists(node)],
  })
  return sequence(...reading.clauses, new Cypher.Return([reading.value, 'value']))
}
