import type { Quantity } from '../../model.ts'
import type { Element } from '../element.ts'
import { termOf } from '../metamodel/terms.ts'

/** What the semantic type says about an element's values; its unit, if the type has one. */
export function quantityOf({ adjuncts, links }: Element): Quantity {
  const type = adjuncts.find(({ kind }) => kind === 'SemanticType')
  const [id] = [...(type?.properties ?? [])].find(([, { name }]) => name === 'unit') ?? []
  const unit = id === undefined ? undefined : links.get(id)?.[0]?.to
  return { ...(type && { semanticType: type.term }), ...(unit !== undefined && { unit: termOf(unit) }) }
}
