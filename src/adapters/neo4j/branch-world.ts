/**
 * What a scenario sees, as parts of statements. `$b.chain`: its number and those it branches off from; `$b.below`: the same without its own; `$b.base`: the instant
 * that it began at, for those that do not follow the base. All of a text is of one kind, so that what follows the base never looks at the past.
 */
export interface BranchKind {
  readonly isFixed: boolean
}

type Chain = '$b.chain' | '$b.below'

/** No scenario looked at has deleted, ended or replaced it. */
export const unhidden = (thing: string, chain: Chain = '$b.chain'): string => `(${thing}._not IS NULL OR none(s IN ${thing}._not WHERE s IN ${chain}))`

const lasted = (thing: string): string => `${thing}._from <= $b.base AND (${thing}._to IS NULL OR $b.base < ${thing}._to)`

/** A relationship is there: the base's, or one that was made in the scenarios. */
export const isThere = ({ isFixed }: BranchKind, r: string, chain: Chain = '$b.chain'): string =>
  `(${r}._s IS NULL${isFixed ? ` AND ${lasted(r)}` : ''} OR ${r}._s IN ${chain}) AND ${unhidden(r, chain)}`

/** The types that relationships of one name have. */
export const typesOf = ({ isFixed }: BranchKind, name: string): string => [name, `_in_${name}`, ...(isFixed ? [`_was_${name}`] : [])].map(quoted).join('|')

export const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``

interface Looked {
  /** Variables that stay. */
  readonly carried: string
  readonly chain?: Chain
}

/** The node that stands for the twin of an id: relationships hang from it. None where there is no such twin, else one. */
export function identity({ isFixed }: BranchKind, n: string, id: string, { carried, chain = '$b.chain' }: Looked): string {
  return `CALL (${carried}) {
    MATCH (${n}:Twin {_t: $b.t, _id: ${id}}) USING INDEX SEEK ${n}:Twin(_t, _id)${isFixed ? ` WHERE ${n}._from <= $b.base` : ''} RETURN ${n}
    ${isFixed ? `UNION ALL MATCH (${n}:_Gone {_t: $b.t, _id: ${id}}) USING INDEX SEEK ${n}:_Gone(_t, _id) WHERE NOT ${n}:_was__Component AND ${lasted(n)} RETURN ${n}` : ''}
    UNION ALL UNWIND ${chain} AS number MATCH (${n}:_Own {_t: $b.t, _s: number, _id: ${id}}) USING INDEX SEEK ${n}:_Own(_t, _s, _id) RETURN ${n}
  }
  WITH ${carried}, ${n} WHERE ${unhidden(n, chain)}`
}

/** The component of an id: of the nearest scenario that made its twin, else of the base. */
export function componentIdentity({ isFixed }: BranchKind, n: string, id: string, { carried }: Looked): string {
  return `CALL (${carried}) {
    CALL (${carried}) {
      MATCH (${n}:_Component {_t: $b.t, _id: ${id}}) USING INDEX SEEK ${n}:_Component(_t, _id)${isFixed ? ` WHERE ${n}._from <= $b.base` : ''} RETURN ${n}
      ${isFixed ? `UNION ALL MATCH (${n}:_Gone {_t: $b.t, _id: ${id}}) USING INDEX SEEK ${n}:_Gone(_t, _id) WHERE ${n}:_was__Component AND ${lasted(n)} RETURN ${n}` : ''}
      UNION ALL UNWIND $b.chain AS number MATCH (${n}:_OwnComponent {_t: $b.t, _s: number, _id: ${id}}) USING INDEX SEEK ${n}:_OwnComponent(_t, _s, _id) RETURN ${n}
    }
    RETURN ${n} ORDER BY coalesce(${n}._s, 0) DESC LIMIT 1
  }`
}

/** What holds the values of a node below all words: for an instant of the base the first state that ended later, unless it has not changed since. */
export function stateOf({ isFixed }: BranchKind, n: string, what: 'twin' | 'component'): string {
  if (!isFixed) return n
  return `CASE WHEN ${n}._s IS NOT NULL OR ${n}._since <= $b.base THEN ${n} ELSE head(COLLECT {
    MATCH (v:_Past) USING INDEX v:_Past(_t, _id, _to) WHERE v._t = $b.t AND v._id = ${n}._id AND v._to > $b.base AND ${what === 'twin' ? 'NOT ' : ''}v:_was__Component RETURN v ORDER BY v._t, v._id, v._to LIMIT 1
  }) END`
}

/** What the scenarios say of a node, the nearest first: a number grows with the depth. `said`: of a word `w`. */
export const wordsOn = (n: string, said: string, chain: Chain = '$b.chain'): string => `CASE WHEN ${n}._in IS NULL THEN [] ELSE COLLECT {
    UNWIND ${chain} AS number MATCH (w:_Word {_t: $b.t, _s: number, _id: ${n}._id}) USING INDEX SEEK w:_Word(_t, _s, _id) WHERE number IN ${n}._in
    RETURN ${said} ORDER BY number DESC
  } END`

/** The list without the scenario's number, `$b.s`; nothing instead of an empty one. */
export const without = (list: string): string => `CASE WHEN size(${list}) > 1 THEN [s IN ${list} WHERE s <> $b.s] WHEN ${list} = [$b.s] THEN null ELSE ${list} END`

/** Whatever stands for an id, as `m`: a twin or component that is, was, or is only in scenarios, and its past. */
export const bearersOf = (id: string): string => `CALL (${id}) {
    MATCH (m:Twin {_t: $b.t, _id: ${id}}) USING INDEX SEEK m:Twin(_t, _id) RETURN m
    UNION MATCH (m:_Component {_t: $b.t, _id: ${id}}) USING INDEX SEEK m:_Component(_t, _id) RETURN m
    UNION MATCH (m:_Gone {_t: $b.t, _id: ${id}}) USING INDEX SEEK m:_Gone(_t, _id) RETURN m
    UNION MATCH (m:_Past) USING INDEX SEEK m:_Past(_t, _id, _to) WHERE m._t = $b.t AND m._id = ${id} AND m._to IS NOT NULL RETURN m
    UNION MATCH (m:_In {_t: $b.t, _id: ${id}}) USING INDEX SEEK m:_In(_t, _id) RETURN m
  }`
