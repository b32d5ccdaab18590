import type { PathStep } from '../../prediction/feature.ts'
import { type BranchKind, componentIdentity, identity, isThere, stateOf, typesOf, wordsOn } from './branch-world.ts'
import { exactValues } from './exact-values.ts'

/** `_since` is of the present state alone: a thing whose past state is read has changed meanwhile. */
const seen = (kind: BranchKind, what: 'twin' | 'component'): string => `
WITH row, n, ${stateOf(kind, 'n', what)} AS st, ${wordsOn('n', `[w._v, w._set, ${exactValues('w')}]`)} AS words
RETURN collect([row.id, st._model, st._v, n._from, ${exactValues('st')}, words, CASE WHEN st = n THEN coalesce(n._since, n._from) END, n._s IS NOT NULL]) AS found`

export const twinsText = (kind: BranchKind): string => `UNWIND $b.ids AS id WITH {id: id} AS row
${identity(kind, 'n', 'row.id', { carried: 'row' })}
${seen(kind, 'twin')}`

export const componentsText = (kind: BranchKind): string => `UNWIND $b.ids AS id WITH {id: id} AS row
${componentIdentity(kind, 'n', 'row.id', { carried: 'row' })}
${seen(kind, 'component')}`

/** The relationship's name is part of the text. */
export const stepText = (kind: BranchKind, { name, direction }: PathStep): string => `UNWIND $b.ids AS id ${identity(kind, 'n', 'id', { carried: 'id' })}
MATCH (n)${direction === 'IN' ? '<' : ''}-[r:${typesOf(kind, name)}]-${direction === 'OUT' ? '>' : ''}(m) WHERE ${isThere(kind, 'r')}
WITH DISTINCT id, m._id AS reached LIMIT toInteger($b.limit)
RETURN collect([id, reached]) AS found`
