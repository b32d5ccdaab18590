import Cypher from '@neo4j/cypher-builder'
import type { FieldNode, GraphQLField, GraphQLSchema } from 'graphql'
import type { Registry } from '../../model/registry.ts'
import type { RootRole } from '../role.ts'
import type { Statement } from '../statement.ts'
import type { Vantage } from '../vantage.ts'
import { twinById } from './anchor.ts'
import { readArguments, type Variables } from './argument.ts'
import { readConnection } from './connection.ts'
import { orderBy, orderKeys, uniqueKey } from './order.ts'
import { createParameters, ofText } from './parameters.ts'
import { everyTwin, identified } from './every.ts'
import { rootTwins } from './root-twins.ts'
import type { Scope } from './scope.ts'
import { namedComposite, type SelectedField, type SelectionContext } from './selection.ts'
import { limited, sequence } from './clauses.ts'
import { newSubject, valueOf, variablesOf } from './subject.ts'
import { readTwin } from './twin.ts'
import { isPresent, type World } from './world.ts'

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
export interface Compiled {
  /** Columns of latest values whose values of then, or of a scenario, have to come with the variables, under `latestVariable`. */
  readonly latest: ReadonlySet<string>
  bind(variables: Variables): Statement
}

// Variables of our own; no name of a client's has a space.
/** Carries ids. */
export const idsVariable = ' ids'
/** Carries the Vantage. */
export const vantageVariable = ' vantage'
/** Carries, by column, the latest values by twin; null: as the columns have them. */
export const latestVariable = ' latest'

/** Compiles a root field for one shape of variables: the result serves every request whose variables have that shape. */
export function compileRoot(root: RootField, role: RootRole, variables: Variables): Compiled {
  const parent = root.schema.getQueryType()
  if (!parent) throw new Error('The schema has no Query.')
  const selected: SelectedField = { responseKey: root.field.name, field: root.field, parent, nodes: [...root.nodes], conditions: [[]] }
  return compiled(root, variables, (scope) => (role.kind === 'one' ? readOne(scope, selected, role) : role.kind === 'list' ? readList(scope, selected, role) : readPages(scope, selected, role)))
}

/** Compiles the reading of twins by their ids, for fields such as `CreateTwinsSuccess.twins`. The ids are the variable `idsVariable`. */
export function compileByIds(root: RootField, variables: Variables): Compiled {
  const selected: SelectedField = { responseKey: root.field.name, field: root.field, parent: namedComposite({ field: root.field } as SelectedField), nodes: [...root.nodes], conditions: [[]] }
  return compiled(root, variables, (scope) => {
    const [twin, id] = [newSubject(scope), new Cypher.Variable()]
    const reading = readTwin(scope, twin, namedComposite(selected), selected.nodes)
    return sequence(
      new Cypher.Unwind([scope.parameters.add((values) => values[idsVariable]), id]),
      twinById(scope, twin, id),
      ...reading.clauses,
      new Cypher.Return([Cypher.collect(reading.value), 'value']),
    )
  })
}

export function compiled(root: RootField, variables: Variables, read: (scope: Scope) => Cypher.Clause): Compiled {
  const parameters = createParameters()
  const latest = new Set<string>()
  const vantageOf = (values: Variables): Vantage => values[vantageVariable] as Vantage
  const scope: Scope = {
    ...root, readTwin, variables, parameters, tenant: parameters.add(() => root.tenant),
    at: () => parameters.once('at', (values) => BigInt(vantageOf(values).at ?? Number.NaN)),
    chain: () => parameters.once('chain', (values) => vantageOf(values).chain.map((number) => BigInt(number))),
    vantage: () => parameters.once('vantage', (values) => ({ ...vantageOf(values) })),
    latest(twin, column, stored) {
      if (isPresent(root.world)) return valueOf(twin, column)
      latest.add(column)
      const values = parameters.once(`latest ${column}`, (all) => (all[latestVariable] as Readonly<Record<string, unknown>>)[column])
      return new Cypher.Case().when(Cypher.isNull(values)).then(valueOf(twin, column)).else(ofText(stored, values.property(valueOf(twin, '_id'))))
    },
  }
  const { cypher } = read(scope).build()
  return { latest, bind: (values) => ({ text: cypher, parameters: parameters.bind(values) }) }
}

function readOne(scope: Scope, field: SelectedField, { model }: RootRole): Cypher.Clause {
  const twin = newSubject(scope)
  const id = readArguments(field.field.args, field.nodes[0]?.arguments, scope.variables).get('id')
  const reading = readTwin(scope, twin, namedComposite(field), field.nodes)
  const found = twinById(scope, twin, scope.parameters.add((variables) => (id?.kind === 'leaf' ? id.get(variables) : null)), { type: model?.names.type })
  return sequence(found, ...reading.clauses, new Cypher.Return([Cypher.collect(reading.value), 'value']))
}

function readList(scope: Scope, field: SelectedField, { model }: RootRole): Cypher.Clause {
  const twin = newSubject(scope)
  const given = readArguments(field.field.args, field.nodes[0]?.arguments, scope.variables)
  const { clauses, value } = readTwin(scope, twin, namedComposite(field), field.nodes)
  return sequence(
    ...rootTwins(scope, twin, model, given),
    limited(scope, orderBy(new Cypher.With(...variablesOf(twin)), orderKeys(twin, given.get('sort'))), given),
    clauses.length > 0 ? identified(scope, twin) : undefined,
    ...clauses,
    new Cypher.Return([Cypher.collect(value), 'value']),
  )
}

function readPages(scope: Scope, field: SelectedField, { model }: RootRole): Cypher.Clause {
  const subject = newSubject(scope)
  const reading = readConnection(scope, field, {
    subject, outer: [], unique: ({ state }) => [uniqueKey(state)], identify: identified(scope, subject),
    find: (filter) => everyTwin(scope, subject, model?.names.type ?? 'Twin', filter),
  })
  return sequence(...reading.clauses, new Cypher.Return([reading.value, 'value']))
}
