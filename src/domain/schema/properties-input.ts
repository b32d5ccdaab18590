import { GraphQLInputObjectType } from 'graphql'
import type { RegisteredModel } from '../../model/registry.ts'
import { type Book, byName, describe } from './book.ts'
import { declaringType } from './field-names.ts'
import { inputType, unitText } from './value-types.ts'

/** `Pump_Properties`: what `createPump` and `updatePump` take. Undefined for a model without properties, since GraphQL has no empty input. */
export function propertiesInput(book: Book, model: RegisteredModel): GraphQLInputObjectType | undefined {
  const properties = [...model.contents.values()].filter((content) => content.kind === 'Property')
  if (properties.length === 0) return undefined
  return book.define(`${model.names.type}_Properties`, (name) => new GraphQLInputObjectType({
    name,
    description: `Property values of ${model.names.type}; in an update, null removes.`,
    fields: () => byName(properties.map((property) => [property.name, {
      type: inputType(book, property.schema, `${declaringType(model, property)}_${property.name}`),
      description: describe(property, property.name, unitText(property)),
    }])),
  }))
}
