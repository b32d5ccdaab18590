import type { ArgumentNode } from 'graphql'
import { foldOperation } from './fold-operation.ts'
import { literal, type Operation } from './operation.ts'

/** How many fields lie below one another. Introspection counts 1: validation limits how deep it goes. */
export const operationDepth = (operation: Operation): number => foldOperation(operation, {
  empty: 0,
  join: Math.max,
  field: (_node, { name }, inner) => 1 + (name.startsWith('__') ? 0 : inner),
})

/** How many aliases are carried out; those of a fragment count for each time it is spread. */
export const aliasCount = (operation: Operation): number => foldOperation(operation, {
  empty: 0,
  join: (left, right) => left + right,
  field: ({ alias }, _definition, inner) => inner + (alias ? 1 : 0),
})

/** A page larger than allowed: the field and what it asks for. */
export interface LargePage {
  readonly field: string
  readonly size: number
}

/** The first field whose `first` is more than `most`, or below 0. */
export const largePage = (operation: Operation, most: number): LargePage | undefined => foldOperation<LargePage | undefined>(operation, {
  empty: undefined,
  join: (left, right) => left ?? right,
  field(node, { name }, inner) {
    const size = pageSize(node.arguments ?? [], operation)
    return size !== undefined && (size > most || size < 0) ? { field: name, size } : inner
  },
})

function pageSize(args: readonly ArgumentNode[], { variables }: Operation): number | undefined {
  const first = args.find(({ name }) => name.value === 'first')
  const size = first && literal(first.value, variables)
  return typeof size === 'number' ? size : undefined
}
