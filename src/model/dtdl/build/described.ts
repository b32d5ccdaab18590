import type { Described, LanguageMap } from '../../model.ts'
import type { Element } from '../element.ts'

const none: LanguageMap = new Map()

/** Texts of an element. */
export function described({ texts, literals }: Element): Described {
  const comment = literals.get('comment')?.value
  return {
    displayName: texts.get('displayName') ?? none,
    description: texts.get('description') ?? none,
    ...(typeof comment === 'string' && { comment }),
  }
}
