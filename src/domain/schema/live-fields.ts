import type { GraphQLFieldConfig } from 'graphql'
import { GraphQLID, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLString } from 'graphql'
import type { RegisteredModel } from '../../model/registry.ts'
import type { LiveRole } from '../role.ts'
import type { Book } from './book.ts'
import { sortType } from './sort-types.ts'
import { twinType } from './twin-types.ts'
import { whereType } from './where-types.ts'

type Field = GraphQLFieldConfig<unknown, unknown>

/** `pumpLive`, `pumpsLive`; `twinLive`, `twinsLive` for no model: the queries `pump` and `pumps`, answered as they change. */
export function subscriptionFields(book: Book, model: RegisteredModel | undefined): readonly (readonly [string, Field])[] {
  const { singular, plural } = model?.names ?? { singular: 'twin', plural: 'twins' }
  const of = model?.names.type ?? 'twin'
  const type = new GraphQLNonNull(deltaType(book, model))
  const extensions: { readonly live: LiveRole } = { live: { model } }
  const pace: Field['args'] = {
    scenario: { type: GraphQLID, description: 'Everything as it would be in this scenario. It ends with SCENARIO_ENDED when that is promoted or discarded.' },
    atMostEvery: { type: book.input('Duration'), defaultValue: 'PT0.25S', description: 'The shortest time between two deltas of a twin, up to an hour; the newest state always arrives.' },
    after: { type: book.input('Cursor'), description: 'The cursor of the last delta that came: go on from there. Without it, begin with a snapshot.' },
  }
  return [
    [`${singular}Live`, { type, description: `The ${of} of an id, as it is created, changes and is deleted.`, args: { id: { type: new GraphQLNonNull(GraphQLID), description: 'Its `_id`.' }, ...pace }, extensions }],
    [`${plural}Live`, {
      type,
      description: `${model ? `${of} twins` : 'Twins of any model'} as they enter, change within and leave the answer. What counts is the answer: a twin enters when a relationship brings it in, and changes when something nested that is selected does. At most 10,000 twins.`,
      args: {
        where: { type: whereType(book, model), description: 'Only twins that satisfy it; it may cross relationships, and use latest values of telemetry.' },
        within: { type: book.input('Within'), description: 'Only twins in this scope.' },
        sort: { type: new GraphQLList(new GraphQLNonNull(sortType(book, model))), description: 'The order of the snapshot and, with `limit`, which twins are the first.' },
        limit: { type: GraphQLInt, description: 'Only the first so many in the order of `sort`.' },
        ...pace,
      },
      extensions,
    }],
  ]
}

/** What a live field returns, once for each change. */
function deltaType(book: Book, model: RegisteredModel | undefined): GraphQLObjectType {
  const of = model?.names.type ?? 'Twin'
  return book.define(`${of}_Delta`, (name) => new GraphQLObjectType({
    name,
    description: `A change of the answer to a live query for ${of} twins.`,
    fields: () => ({
      kind: { type: new GraphQLNonNull(book.output('DeltaKind')), description: 'What happened.' },
      cursor: { type: new GraphQLNonNull(book.output('Cursor')), description: 'Its place; give it as `after` to go on behind it. That of a SNAPSHOT leads to a new snapshot.' },
      id: { type: GraphQLID, description: 'The twin.' },
      node: { type: twinType(book, model), description: 'The twin as it is now; null where it left.' },
      changed: { type: new GraphQLList(new GraphQLNonNull(GraphQLString)), description: 'Of a CHANGE, the response names of the fields of `node` that are not as they were.' },
    }),
  }))
}
