import type { FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode } from 'graphql'
import { Kind } from 'graphql'

/** How large an operation is before anything is known of its variables. */
export interface Measure {
  /** Fields below one another. */
  readonly depth: number
  readonly aliases: number
  readonly rootFields: number
}

/** Linear in the document: a fragment is measured once, however often it is spread. Introspection counts like anything else. */
export function measureOperation(operation: OperationDefinitionNode, fragments: Readonly<Record<string, FragmentDefinitionNode>>): Measure {
  const measured = new Map<string, Measure>()
  const measureSet = (set: SelectionSetNode): Measure => {
    let [depth, aliases, fields] = [0, 0, 0]
    for (const selection of set.selections) {
      const inner = selection.kind === Kind.FRAGMENT_SPREAD ? measureFragment(selection.name.value) : selection.selectionSet ? measureSet(selection.selectionSet) : none
      const isField = selection.kind === Kind.FIELD
      depth = Math.max(depth, inner.depth + (isField ? 1 : 0))
      aliases += inner.aliases + (isField && selection.alias ? 1 : 0)
      fields += isField ? 1 : inner.rootFields
    }
    return { depth, aliases, rootFields: fields }
  }
  const measureFragment = (name: string): Measure => {
    const known = measured.get(name)
    if (known) return known
    measured.set(name, none) // validation refuses cycles; this ends them all the same
    const fragment = fragments[name]
    const measure = fragment ? measureSet(fragment.selectionSet) : none
    measured.set(name, measure)
    return measure
  }
  return measureSet(operation.selectionSet)
}

const none: Measure = { depth: 0, aliases: 0, rootFields: 0 }
