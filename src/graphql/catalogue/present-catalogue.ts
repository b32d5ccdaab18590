import type { DocumentNode, FieldDefinitionNode, InputObjectTypeDefinitionNode, InputValueDefinitionNode, ObjectTypeDefinitionNode, StringValueNode } from 'graphql'
import { Kind, visit } from 'graphql'
import { describeArgument, describeField, describeType } from './describe-generated.ts'
import { hasDirective } from './split-contract.ts'

type Nodes = ReadonlyMap<string, ObjectTypeDefinitionNode>

/**
 * The library's schema as clients see it: without the scalars and enums that the contract defines itself, with the true types of fields that lead
 * out of the catalogue, without filters on hidden fields, with `isNull`, with pages of 50 unless asked otherwise, and with a description on everything.
 */
export function presentCatalogue(generated: DocumentNode, nodes: Nodes, definedElsewhere: ReadonlySet<string>): DocumentNode {
  const listed = { ...generated, definitions: generated.definitions.filter((definition) => !('name' in definition && definedElsewhere.has(definition.name?.value ?? ''))) }
  return visit(listed, {
    ObjectTypeDefinition: (type) => presentObject(type, nodes),
    InputObjectTypeDefinition: (type) => presentInput(type, nodes),
    EnumTypeDefinition: (type) => ({ ...type, description: type.description ?? text(describeType(type.name.value)) }),
  })
}

function presentObject(type: ObjectTypeDefinitionNode, nodes: Nodes): ObjectTypeDefinitionNode {
  const written = nodes.get(type.name.value)
  const isRoot = ['Query', 'Mutation', 'Subscription'].includes(type.name.value)
  return {
    ...type,
    ...(!isRoot && { description: type.description ?? text(describeType(type.name.value)) }),
    fields: (type.fields ?? []).map((field) => {
      const own = written?.fields?.find((candidate) => candidate.name.value === field.name.value)
      return presentField(own ? { ...field, type: own.type, arguments: own.arguments ?? [] } : field, type.name.value)
    }),
  }
}

function presentField(field: FieldDefinitionNode, owner: string): FieldDefinitionNode {
  return {
    ...field,
    description: field.description ?? text(describeField(owner, field.name.value)),
    arguments: (field.arguments ?? []).map((argument) => ({
      ...argument,
      description: argument.description ?? text(describeArgument(argument.name.value)),
      ...(argument.name.value === 'first' && argument.defaultValue === undefined && { defaultValue: { kind: Kind.INT, value: String(pageSize) } }),
    })),
  }
}

/** How many items a page has unless asked otherwise. */
const pageSize = 50

function presentInput(type: InputObjectTypeDefinitionNode, nodes: Nodes): InputObjectTypeDefinitionNode {
  const name = type.name.value
  const of = nodes.get(name.replace(/(Where|Sort)$/, ''))
  const fields = (type.fields ?? []).filter((field) => !isHidden(of, field.name.value))
  return {
    ...type,
    description: text(describeType(name)),
    fields: [...fields, ...(/(Scalar|List)Filters$/.test(name) ? [isNull] : [])].map((field): InputValueDefinitionNode => ({ ...field, description: field.description ?? text(describeField(name, field.name.value)) })),
  }
}

/** One more operator than the library has; see is-null.ts. */
const isNull: InputValueDefinitionNode = {
  kind: Kind.INPUT_VALUE_DEFINITION, name: { kind: Kind.NAME, value: 'isNull' }, type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: 'Boolean' } },
}

/** Fields that cannot be selected exist for rules only, such as a tenant's. */
function isHidden(node: ObjectTypeDefinitionNode | undefined, name: string): boolean {
  const field = node?.fields?.find((candidate) => candidate.name.value === name)
  return field !== undefined && hasDirective(field, 'selectable')
}

const text = (value: string): StringValueNode => ({ kind: Kind.STRING, value, block: false })
