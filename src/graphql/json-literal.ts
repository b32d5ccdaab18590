import { Kind, type ObjectValueNode, type ValueNode } from 'graphql'

type Variables = Readonly<Record<string, unknown>>

/** A JSON value written in a document. Integers beyond 2^53 become BigInts, so that no digit is lost; objects have no prototype, so that every key is a key. */
export function jsonFromLiteral(node: ValueNode, variables: Variables | null | undefined): unknown {
  switch (node.kind) {
    case Kind.NULL: return null
    case Kind.STRING: case Kind.BOOLEAN: case Kind.ENUM: return node.value
    case Kind.INT: return wholeNumber(node.value)
    case Kind.FLOAT: return Number(node.value)
    case Kind.LIST: return node.values.map((value) => jsonFromLiteral(value, variables))
    case Kind.OBJECT: return objectFromLiteral(node, variables)
    case Kind.VARIABLE: return variables?.[node.name.value]
  }
}

function objectFromLiteral(node: ObjectValueNode, variables: Variables | null | undefined): Readonly<Record<string, unknown>> {
  const object = Object.create(null) as Record<string, unknown>
  for (const field of node.fields) object[field.name.value] = jsonFromLiteral(field.value, variables)
  return object
}

function wholeNumber(digits: string): number | bigint {
  const value = Number(digits)
  return Number.isSafeInteger(value) ? value : BigInt(digits)
}
