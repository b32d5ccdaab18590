import type { GraphQLFieldConfig } from 'graphql'
import { GraphQLObjectType, GraphQLSchema } from 'graphql'
import type { RegisteredModel, Registry } from '../../model/registry.ts'
import { byName, createBook } from './book.ts'
import { subscriptionFields } from './live-fields.ts'
import { mutationFields, queryFields, type RootResolvers } from './root-fields.ts'
import { withWhere } from './streams.ts'
import { hiddenTwin, hiddenTwinType, objectType, objectTypeName } from './twin-types.ts'

/**
 * One schema of the platform's root fields and the domain's, built from type objects: merging by SDL would take seconds for a large ontology.
 * `exposed`: the models with root fields; their object types are in the schema even where no field leads to them.
 */
export function buildSchema<Context>(platform: GraphQLSchema, registry: Registry, exposed: Iterable<RegisteredModel>, resolvers: RootResolvers<Context>): GraphQLSchema {
  const book = createBook(registry, platform)
  const models = [...exposed]
  const query = [...queryFields(book, undefined, resolvers), ...models.flatMap((model) => queryFields(book, model, resolvers))]
  const mutation = models.flatMap((model) => mutationFields(book, model, resolvers))
  const config = platform.toConfig()
  const typeOfModel = new Map<string, string>()
  const subscription = [...subscriptionFields(book, undefined), ...models.flatMap((model) => subscriptionFields(book, model))]
  const schema = new GraphQLSchema({
    ...config,
    query: withFields(platform.getQueryType(), 'Query', query),
    mutation: withFields(platform.getMutationType(), 'Mutation', mutation),
    subscription: withFields(platform.getSubscriptionType(), 'Subscription', subscription as readonly Field<Context>[], (field) => withWhere(book, field)),
    types: [...config.types.filter((type) => !['Query', 'Mutation', 'Subscription'].includes(type.name)), hiddenTwinType(book), ...models.map((model) => objectType(book, model))],
    extensions: { ...config.extensions, registry, typeOfModel },
    assumeValid: true,
  })
  for (const model of registry.models.values()) typeOfModel.set(model.id, shownAs(schema, model))
  return schema
}

/** The object type that stands for a model's twins: its own or, of a model that is not shown, that of its nearest ancestor which is. */
function shownAs(schema: GraphQLSchema, model: RegisteredModel): string {
  const shown = [model, ...model.ancestors].map(objectTypeName).find((name) => schema.getType(name) !== undefined)
  return shown ?? hiddenTwin
}

type Field<Context> = readonly [string, GraphQLFieldConfig<unknown, Context>]

function withFields<Context>(type: GraphQLObjectType | null | undefined, name: string, fields: readonly Field<Context>[], toOwn: (field: Field<Context>) => Field<Context> = (field) => field): GraphQLObjectType {
  const own = type ? Object.entries(type.toConfig().fields as Record<string, GraphQLFieldConfig<unknown, Context>>).map(toOwn) : []
  return new GraphQLObjectType({ name, ...(type?.description && { description: type.description }), fields: byName<GraphQLFieldConfig<unknown, Context>>([...own, ...fields]) })
}
