import type { GraphQLFieldConfig, GraphQLFieldConfigArgumentMap, GraphQLFieldResolver } from 'graphql'
import { GraphQLID, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLString } from 'graphql'
import type { RegisteredModel } from '../../model/registry.ts'
import type { RootRole } from '../role.ts'
import type { Book } from './book.ts'
import { rootConnection } from './connection-types.ts'
import { propertiesInput } from './properties-input.ts'
import { sortType } from './sort-types.ts'
import { twinType } from './twin-types.ts'
import { whereType } from './where-types.ts'

/** What the generated root fields do; supplied from outside, so that types and execution stay apart. */
export interface RootResolvers<Context> {
  readonly read: GraphQLFieldResolver<unknown, Context>
  create(model: RegisteredModel): GraphQLFieldResolver<unknown, Context>
  update(model: RegisteredModel): GraphQLFieldResolver<unknown, Context>
}

type Field<Context> = GraphQLFieldConfig<unknown, Context>
type Named<Context> = readonly (readonly [string, Field<Context>])[]

/** `pump`, `pumps`, `pumpsConnection`; `twin`, `twins`, `twinsConnection` for no model. */
export function queryFields<Context>(book: Book, model: RegisteredModel | undefined, resolvers: RootResolvers<Context>): Named<Context> {
  const { singular, plural } = model?.names ?? { singular: 'twin', plural: 'twins' }
  const of = model?.names.type ?? 'twin'
  const type = twinType(book, model)
  const root = (kind: RootRole['kind']): Pick<Field<Context>, 'extensions' | 'resolve'> => ({ extensions: { root: { kind, model } }, resolve: resolvers.read })
  return [
    [singular, { type, description: `The ${of} of an id; null where there is none.`, args: { id: { type: new GraphQLNonNull(GraphQLID), description: 'Its `_id`.' }, ...vantage(book) }, ...root('one') }],
    [plural, {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(type))),
      description: `${of} twins. Without \`limit\`, everything up to 1,000; more is refused with LIST_TOO_LONG.`,
      args: {
        ...selection(book, model),
        within: { type: book.input('Within'), description: 'Only twins in this scope.' },
        limit: { type: GraphQLInt, description: 'At most so many.' },
        offset: { type: GraphQLInt, description: 'Without the first so many.' },
        ...vantage(book),
      },
      ...root('list'),
    }],
    [`${plural}Connection`, {
      type: new GraphQLNonNull(rootConnection(book, model, twinType)),
      description: `${of} twins, a page at a time.`,
      args: {
        ...selection(book, model),
        first: { type: GraphQLInt, defaultValue: 50, description: 'Page size, at most 1,000.' },
        after: { type: GraphQLString, description: 'The `endCursor` of the page before.' },
        ...vantage(book),
      },
      ...root('connection'),
    }],
  ]
}

const selection = (book: Book, model: RegisteredModel | undefined): GraphQLFieldConfigArgumentMap => ({
  where: { type: whereType(book, model), description: 'Only twins that satisfy it.' },
  sort: { type: new GraphQLList(new GraphQLNonNull(sortType(book, model))), description: 'Their order.' },
})

/** From where a query looks: the same on every root field of the domain. */
const vantage = (book: Book): GraphQLFieldConfigArgumentMap => ({
  asOf: { type: book.input('DateTime'), description: 'Everything as it was at this instant: twins, relationships, properties, models and readings. Filters and orders are of then, too.' },
  knownAt: { type: book.input('DateTime'), description: 'Only what was known at this instant: readings that were received, and changes that were committed, by then. What a scenario says holds whenever it was said.' },
  scenario: scenarioArgument('Everything as it would be in this scenario.'),
  atLeast: { type: book.input('Cursor'), description: 'Waits until what the mutation that returned this cursor did can be read; for a few seconds, then NOT_CAUGHT_UP.' },
})

const scenarioArgument = (description: string): GraphQLFieldConfigArgumentMap[string] => ({ type: GraphQLID, description })

/** `createPump`, `updatePump`. */
export function mutationFields<Context>(book: Book, model: RegisteredModel, resolvers: RootResolvers<Context>): Named<Context> {
  const { type } = model.names
  const properties = propertiesInput(book, model)
  const id = { type: new GraphQLNonNull(GraphQLID), description: 'Its `_id`.' }
  const idempotencyKey = { type: GraphQLString, description: 'A key of the client\'s own: a repeat with the same key returns the first answer.' }
  const create: readonly [string, Field<Context>] = [`create${type}`, {
    type: new GraphQLNonNull(book.output('CreateTwinResult')),
    description: `Creates a twin of ${model.id}.`,
    args: {
      id,
      ...(properties && { properties: { type: properties, description: 'Its property values.' } }),
      components: { type: book.input('JSON'), description: 'Property values of its components, by component name.' },
      scenario: scenarioArgument('Creates it in this scenario; the base stays as it is.'),
      idempotencyKey,
    },
    resolve: resolvers.create(model),
  }]
  if (!properties) return [create]
  return [create, [`update${type}`, {
    type: new GraphQLNonNull(book.output('UpdateTwinResult')),
    description: `Changes a ${type}: given properties are set, null removes.`,
    args: {
      id,
      properties: { type: new GraphQLNonNull(properties), description: 'What to change.' },
      ifVersion: { type: GraphQLInt, description: 'Refuse with Conflict unless this is its version.' },
      scenario: scenarioArgument('Changes it in this scenario; the base stays as it is.'),
      idempotencyKey,
    },
    resolve: resolvers.update(model),
  }]]
}
