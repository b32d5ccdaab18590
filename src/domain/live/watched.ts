import type { GraphQLCompositeType } from 'graphql'
import type { Direction } from '../compile/scope.ts'
import type { RegisteredModel } from '../../model/registry.ts'
import { type Argument, readArguments } from '../compile/argument.ts'
import { namedComposite, type SelectedField, selectedFields, type SelectionContext } from '../compile/selection.ts'

/** What a live query reads of the twins at one place of its pattern: a change of anything else cannot change its answer. */
export interface Watched {
  /** Of any subtype, too; undefined: of any. */
  readonly model: RegisteredModel | undefined
  readonly properties: Set<string>
  /** Something depends on every change of the twin, such as its version. */
  all: boolean
  /** Telemetry whose latest value is filtered or sorted by. */
  readonly latest: Set<string>
  /** Telemetry whose readings are selected. */
  readonly series: Set<string>
  readonly components: Map<string, Watched>
  readonly hops: WatchedHop[]
}

/** Relationships that lead on from the twins of a place. */
export interface WatchedHop {
  /** Undefined: of any name. */
  readonly name: string | undefined
  readonly direction: Direction
  readonly to: Watched
}

export const nothingWatched = (model: RegisteredModel | undefined): Watched =>
  ({ model, properties: new Set(), all: false, latest: new Set(), series: new Set(), components: new Map(), hops: [] })

/** Adds what a `where` looks at. */
export function watchWhere(watched: Watched, where: Argument | undefined): void {
  if (where?.kind === 'list') for (const item of where.items) watchWhere(watched, item)
  if (where?.kind !== 'object') return
  for (const { field, value } of where.fields) {
    const role = field.extensions.where
    if (!role) continue
    switch (role.kind) {
      case 'and': case 'or': case 'not': case 'node': watchWhere(watched, value); break
      case 'value': case 'map': case 'latest': watchColumn(watched, role.column); break
      case 'component': watchWhere(componentOf(watched, role.component.name, role.model), value); break
      case 'relationship': case 'relationshipConnection': {
        const to = hopTo(watched, role.relationship.name, 'OUT', role.target)
        if (value.kind === 'object') for (const quantifier of value.fields) watchWhere(to, quantifier.value)
        break
      }
      case 'model': case 'edge': break // changes of a model or of a relationship concern the twin as a whole
    }
  }
}

/** Adds what a `sort` looks at. */
export function watchSort(watched: Watched, sort: Argument | undefined): void {
  for (const item of sort?.kind === 'list' ? sort.items : sort ? [sort] : []) {
    if (item.kind !== 'object') continue
    for (const { field, value } of item.fields) {
      if (field.extensions.sort) watchColumn(watched, field.extensions.sort.column)
      else if (field.name === 'node') watchSort(watched, value) // of a connection
    }
  }
}

/** Adds what the selected fields of a twin read. */
export function watchSelection(watched: Watched, context: SelectionContext, type: GraphQLCompositeType, nodes: readonly SelectedField['nodes'][number][]): void {
  for (const field of selectedFields(context, type, nodes.map(({ selectionSet }) => selectionSet))) {
    const { role } = field.field.extensions
    if (!role) watchSystemField(watched, context, field)
    else {
      switch (role.kind) {
        case 'property': watched.properties.add(role.property.name); break
        case 'telemetry': watched.series.add(role.telemetry.name); break
        case 'component': watchSelection(componentOf(watched, role.component.name, role.model), context, namedComposite(field), field.nodes); break
        case 'relationship': watchTargets(hopTo(watched, role.relationship.name, 'OUT', role.target), context, field); break
        case 'relationshipConnection': watchConnection(hopTo(watched, role.relationship.name, 'OUT', role.target), context, field); break
      }
    }
  }
}

/** Columns of the system change with every update; but for the id, which does not. */
function watchColumn(watched: Watched, column: string): void {
  const telemetry = /^_last_(.*)$/s.exec(column)?.[1]
  if (telemetry !== undefined) watched.latest.add(telemetry)
  else if (!column.startsWith('_')) watched.properties.add(column)
  else if (column !== '_id' && column !== '_model' && column !== '_from') watched.all = true
}

function watchSystemField(watched: Watched, context: SelectionContext, field: SelectedField): void {
  switch (field.field.name) {
    case '_version': case '_updatedAt': watched.all = true; break
    case '_properties':
      watched.all = true
      watched.properties.add('_properties') // which is no column
      break
    case '_series': {
      const name = argumentsOf(field, context).get('name')
      if (name?.kind === 'leaf') watched.series.add(String(name.value))
      break
    }
    case '_relationships': {
      const to = hopTo(watched, undefined, 'BOTH', undefined)
      for (const end of ['from', 'to'].flatMap((name) => inside(context, field, ['edges', 'node', name]))) {
        watchSelection(to, context, namedComposite(end), end.nodes)
        watchSelection(watched, context, namedComposite(end), end.nodes) // one of the ends is the twin itself
      }
      break
    }
  }
}

function watchTargets(to: Watched, context: SelectionContext, field: SelectedField): void {
  watchList(to, argumentsOf(field, context))
  watchSelection(to, context, namedComposite(field), field.nodes)
}

function watchConnection(to: Watched, context: SelectionContext, field: SelectedField): void {
  watchList(to, argumentsOf(field, context))
  for (const node of inside(context, field, ['edges', 'node'])) watchSelection(to, context, namedComposite(node), node.nodes)
  if (inside(context, field, ['aggregate']).length > 0) to.all = true
}

function watchList(watched: Watched, given: ReadonlyMap<string, Argument>): void {
  watchWhere(watched, given.get('where'))
  watchSort(watched, given.get('sort'))
}

const argumentsOf = ({ field, nodes }: SelectedField, { variables }: SelectionContext): ReadonlyMap<string, Argument> =>
  readArguments(field.args, nodes[0]?.arguments, variables)

/** The fields at the end of a way of names. */
function inside(context: SelectionContext, field: SelectedField, [name, ...rest]: readonly string[]): readonly SelectedField[] {
  const found = selectedFields(context, namedComposite(field), field.nodes.map(({ selectionSet }) => selectionSet)).filter((each) => each.field.name === name)
  return rest.length === 0 ? found : found.flatMap((each) => inside(context, each, rest))
}

function componentOf(watched: Watched, name: string, model: RegisteredModel): Watched {
  const known = watched.components.get(name) ?? nothingWatched(model)
  watched.components.set(name, known)
  return known
}

function hopTo(watched: Watched, name: string | undefined, direction: Direction, target: RegisteredModel | undefined): Watched {
  const known = watched.hops.find((hop) => hop.name === name && hop.direction === direction && hop.to.model === target)
  if (known) return known.to
  const to = nothingWatched(target)
  watched.hops.push({ name, direction, to })
  return to
}
