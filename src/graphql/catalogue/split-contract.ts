import type { DefinitionNode, DocumentNode, EnumTypeDefinitionNode, FieldDefinitionNode, ObjectTypeDefinitionNode, ScalarTypeDefinitionNode, TypeNode } from 'graphql'
import { Kind } from 'graphql'

/**
 * The contract in two: what @neo4j/graphql makes a schema of, and all the rest. The library sees the catalogue's types only:
 * it refuses type names that end in `Connection`, and gives every type it sees its own default resolvers, which take an alias for a column.
 */
export interface Contract {
  /** Types with `@node`, and the enums and scalars they use. */
  readonly catalogue: DocumentNode
  /** The catalogue's object types as they are written. */
  readonly nodes: ReadonlyMap<string, ObjectTypeDefinitionNode>
  readonly rest: DocumentNode
}

const definedByLibrary: ReadonlySet<string> = new Set(['ID', 'String', 'Int', 'Float', 'Boolean', 'BigInt', 'Date', 'DateTime', 'LocalDateTime', 'Time', 'LocalTime', 'Duration', 'Point', 'CartesianPoint'])

export function splitContract(document: DocumentNode): Contract {
  const nodes = new Map(document.definitions.filter(isNode).map((node) => [node.name.value, node]))
  const leaves = new Map(document.definitions.filter(isLeaf).map((leaf) => [leaf.name.value, leaf]))
  const used = new Set([...nodes.values()].flatMap((node) => node.fields ?? []).map((field) => namedType(field.type)))
  const ownLeaves = [...leaves.values()].filter((leaf) => used.has(leaf.name.value) && !definedByLibrary.has(leaf.name.value))
  const known = (name: string): boolean => definedByLibrary.has(name) || leaves.has(name) || nodes.has(name)
  return {
    catalogue: toDocument([...ownLeaves, ...[...nodes.values()].map((node) => withoutForeignTypes(node, known))]),
    nodes,
    rest: toDocument(document.definitions.filter((definition) => !isNode(definition)).map(asDefinition)),
  }
}

/** A field that leads out of the catalogue has a resolver of ours; the library need not know where to. */
function withoutForeignTypes(node: ObjectTypeDefinitionNode, known: (name: string) => boolean): ObjectTypeDefinitionNode {
  return { ...node, fields: (node.fields ?? []).map((field) => (known(namedType(field.type)) ? field : { ...field, arguments: [], type: placeholder })) }
}

const placeholder: TypeNode = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: 'String' } }

/** Every file extends the root types; none has to be the one that defines them. */
function asDefinition(definition: DefinitionNode): DefinitionNode {
  const isRoot = definition.kind === Kind.OBJECT_TYPE_EXTENSION && ['Query', 'Mutation', 'Subscription'].includes(definition.name.value)
  return isRoot ? { ...definition, kind: Kind.OBJECT_TYPE_DEFINITION } : definition
}

const toDocument = (definitions: readonly DefinitionNode[]): DocumentNode => ({ kind: Kind.DOCUMENT, definitions })

const isNode = (definition: DefinitionNode): definition is ObjectTypeDefinitionNode =>
  definition.kind === Kind.OBJECT_TYPE_DEFINITION && hasDirective(definition, 'node')

const isLeaf = (definition: DefinitionNode): definition is EnumTypeDefinitionNode | ScalarTypeDefinitionNode =>
  definition.kind === Kind.ENUM_TYPE_DEFINITION || definition.kind === Kind.SCALAR_TYPE_DEFINITION

export const hasDirective = ({ directives }: Pick<ObjectTypeDefinitionNode | FieldDefinitionNode, 'directives'>, name: string): boolean =>
  directives?.some((directive) => directive.name.value === name) ?? false

export function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type)
}
