import type { GraphQLSchema } from 'graphql'
import { createTyped, updateTyped } from '../../resolvers/twin-commands.ts'
import { buildSchema } from '../domain/schema/build-schema.ts'
import type { RootArguments } from '../domain/twin-reader.ts'
import type { RegisteredModel, Registry } from '../model/registry.ts'
import type { Context } from './context.ts'

/** Beyond so many models, only those in use have root fields: a schema of thousands of types serves nobody. */
const mostShown = 1_500

/** The schema of a tenant: the platform's part and what its models make of it. */
export function assembleSchema(platform: GraphQLSchema, registry: Registry, inUse: ReadonlySet<string>): GraphQLSchema {
  return buildSchema<Context>(platform, registry, exposedModels(registry, inUse), {
    read: (_source, args: RootArguments, { services, signal }, info) => services.reader.root(args, info, { signal }),
    create: createTyped,
    update: updateTyped,
  })
}

/** Has the model root fields of its own? */
export function isShown(schema: GraphQLSchema, id: string): boolean {
  const names = schema.extensions.registry?.get(id)?.names
  return names !== undefined && schema.getQueryType()?.getFields()[names.singular] !== undefined
}

/** All, or of too many: those with a twin of them or of a subtype, the pinned, their ancestors, and what their relationships lead to. */
export function exposedModels(registry: Registry, inUse: ReadonlySet<string>): readonly RegisteredModel[] {
  const all = [...registry.models.values()]
  if (all.length <= mostShown) return all
  const shown = new Set<RegisteredModel>()
  for (const model of all) if (model.pinned === true || inUse.has(model.id)) for (const each of [model, ...model.ancestors]) shown.add(each)
  for (const model of [...shown]) {
    for (const content of model.contents.values()) {
      const target = content.kind === 'Relationship' && content.target !== undefined ? registry.get(content.target) : undefined
      if (target) shown.add(target)
    }
  }
  return [...shown]
}
