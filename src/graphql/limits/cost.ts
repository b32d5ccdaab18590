import type { FieldNode, GraphQLField } from 'graphql'
import { getNamedType, getNullableType, isCompositeType, isListType } from 'graphql'
import { foldOperation } from './fold-operation.ts'
import { literal, type Operation } from './operation.ts'

/** Sizes of lists that do not say theirs. */
export const assumed = {
  /** A root field's list is read whole: everything there is, up to the longest list. */
  rootList: 1_000,
  /** A twin has few neighbours by one relationship; where it has many, the page size or the longest list ends it. */
  innerList: 10,
  /** `__schema` and `__type` visit the types, not the store; how deep they may is limited by validation. */
  introspection: 20_000,
} as const

/** Arguments that say how many items a field returns, in the order in which they are looked at. */
const sizes = ['first', 'limit', 'points', 'k'] as const
/** Arguments with an item for each item returned. */
const lists = ['ids', 'of', 'twins', 'relationships', 'documents', 'readings'] as const

declare module 'graphql' {
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    /** Objects that a field of one object reads, whatever is selected of it. */
    cost?: number
    /** Its lists are as long as the page of the field around it. */
    isPagedAround?: boolean
  }
}

/**
 * `fixed + perItem × size`, where `size` is the page size of the enclosing field. A connection's page size is the connection's, not its `edges`': weights
 * that leave it open are the same for every use of a fragment.
 */
interface Weight {
  readonly fixed: number
  readonly perItem: number
}

/**
 * How many objects an operation makes the server read at most, by its page sizes: 1 an object, 0 a scalar, times the sizes of the lists around it.
 * Computed with the variables, since page sizes may be variables; validation, which does not know them, cannot do it.
 */
export function operationCost(operation: Operation): number {
  const { fixed, perItem } = foldOperation<Weight>(operation, {
    empty: { fixed: 0, perItem: 0 },
    join: (left, right) => ({ fixed: left.fixed + right.fixed, perItem: left.perItem + right.perItem }),
    field: (node, field, inner) => weigh(node, field, inner, operation.variables),
  })
  return fixed + perItem * assumed.rootList
}

function weigh(node: FieldNode, field: GraphQLField<unknown, unknown>, inner: Weight, variables: Operation['variables']): Weight {
  if (field.name.startsWith('__')) return { fixed: assumed.introspection, perItem: 0 }
  if (!isCompositeType(getNamedType(field.type))) return { fixed: 0, perItem: 0 }
  const size = sizeOf(node, field, variables)
  const { cost = 0, isPagedAround = false } = field.extensions
  if (field.extensions.live) return { fixed: (field.args.some(({ name }) => name === 'id') ? 1 : size ?? assumed.rootList) * (1 + inner.fixed + inner.perItem * assumed.innerList), perItem: 0 } // all of the answer is read
  if (isPagedAround) return { fixed: 1 + inner.fixed, perItem: inner.perItem }
  if (!isListType(getNullableType(field.type))) return { fixed: 1 + cost + inner.fixed + inner.perItem * (size ?? assumed.innerList), perItem: 0 }
  const item = 1 + inner.fixed + inner.perItem * assumed.innerList
  return size === undefined ? { fixed: 0, perItem: item } : { fixed: size * item, perItem: 0 }
}

/** The size that the field's arguments set: given, or by the argument's default. Undefined where none does. */
function sizeOf(node: FieldNode, field: GraphQLField<unknown, unknown>, variables: Operation['variables']): number | undefined {
  const argument = (name: string): unknown => {
    const definition = field.args.find((each) => each.name === name)
    if (!definition) return undefined
    const given = node.arguments?.find((each) => each.name.value === name)
    const value = given && literal(given.value, variables)
    return value ?? definition.defaultValue // null stands for absent
  }
  for (const name of sizes) {
    const value = argument(name)
    if (typeof value === 'number') return Math.max(0, value)
  }
  for (const name of lists) {
    const value = argument(name)
    if (Array.isArray(value)) return value.length
  }
  return undefined
}
