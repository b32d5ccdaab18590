import type { GraphQLFieldConfig } from 'graphql'
import type { Book } from './book.ts'
import { whereType } from './where-types.ts'

/** The platform's streams whose twins may be chosen by a condition: its own contract does not know the type, which is made with those of the models. */
const chosenByTwin: Readonly<Record<string, string>> = {
  readingReceived: `Only readings of twins that match; at most 10,000 do. It is looked at again after every change in the graph, so that a twin counts a moment after it comes to
match; conditions on latest values are looked at then, not with every reading.`,
}

export const withWhere = <Context>(book: Book, [name, field]: readonly [string, GraphQLFieldConfig<unknown, Context>]): readonly [string, GraphQLFieldConfig<unknown, Context>] => {
  const description = chosenByTwin[name]
  return [name, description === undefined ? field : { ...field, args: { ...field.args, where: { type: whereType(book, undefined), description } } }]
}
