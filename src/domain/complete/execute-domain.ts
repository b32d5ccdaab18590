import type { DocumentNode, ExecutionResult, FragmentDefinitionNode, GraphQLField, GraphQLResolveInfo, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { getArgumentValues, getOperationAST, getVariableValues, Kind, OperationTypeNode } from 'graphql'
import { collectFields } from 'graphql/execution/collectFields.js'
import { type Complete, completeValue, type Later, type Operation } from './complete-value.ts'

export interface DomainRequest {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operationName?: string | null | undefined
  readonly variableValues: Readonly<Record<string, unknown>>
  readonly contextValue: unknown
  /** Reads a root field's rows. */
  read(args: Readonly<Record<string, unknown>>, info: GraphQLResolveInfo): Promise<unknown>
}

/**
 * Answers a query whose root fields are all of the domain and need nothing but its rows and series. Undefined: it is another kind of operation, or something
 * went wrong, and graphql-js is to execute it, which also says where an error belongs.
 */
export async function executeDomain({ schema, document, operationName, variableValues, contextValue, read }: DomainRequest): Promise<ExecutionResult | undefined> {
  const definition = getOperationAST(document, operationName)
  const query = schema.getQueryType()
  if (definition?.operation !== OperationTypeNode.QUERY || !query) return undefined
  const coerced = getVariableValues(schema, definition.variableDefinitions ?? [], variableValues)
  if (!coerced.coerced) return undefined
  const operation: Operation = { schema, fragments: fragmentsOf(document), variables: coerced.coerced, context: contextValue }
  const roots = rootFields(operation, query, definition)
  if (!roots) return undefined
  try {
    const later: Later = []
    const values = await Promise.all(roots.map(async ({ complete, args, info }) => complete(await read(args, info), later)))
    for (let done = 0; done < later.length;) await Promise.all(later.slice(done, done = later.length)) // what followed may have more that follows
    const data = Object.create(null) as Record<string, unknown>
    for (const [index, { key }] of roots.entries()) data[key] = values[index]
    return { data }
  } catch {
    return undefined // graphql-js meets the same error, and puts it where it belongs
  }
}

interface Root {
  readonly key: string
  readonly complete: Complete
  readonly args: Readonly<Record<string, unknown>>
  readonly info: GraphQLResolveInfo
}

function rootFields(operation: Operation, query: NonNullable<ReturnType<GraphQLSchema['getQueryType']>>, definition: OperationDefinitionNode): readonly Root[] | undefined {
  const { schema, fragments, variables } = operation
  const collected = [...collectFields(schema, fragments, variables, query, definition.selectionSet)]
  const fields: (readonly [string, Root['info']['fieldNodes'], GraphQLField<unknown, unknown>])[] = []
  for (const [key, nodes] of collected) {
    const field = query.getFields()[nodes[0]?.name.value ?? '']
    if (!field?.extensions.root) return undefined
    fields.push([key, nodes, field])
  }
  try {
    return fields.map(([key, nodes, field]) => {
      const [node] = nodes
      if (!node) throw new Error('A field without a node.')
      return {
        key,
        complete: completeValue(operation, field.type, nodes),
        args: getArgumentValues(field, node, variables),
        info: {
          fieldName: field.name, fieldNodes: nodes, returnType: field.type, parentType: query, path: { prev: undefined, key, typename: query.name },
          schema, fragments, rootValue: undefined, operation: definition, variableValues: variables,
        },
      }
    })
  } catch {
    return undefined // a selection that needs more than rows
  }
}

const fragmentsOf = (document: DocumentNode): Readonly<Record<string, FragmentDefinitionNode>> =>
  Object.fromEntries(document.definitions.flatMap((definition) => (definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [])))
