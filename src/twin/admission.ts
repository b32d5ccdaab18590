import type { Changeset, Command } from './command.ts'
import { ownerOf, relationshipKey, sourceKey } from './state.ts'

/**
 * What a changeset needs of a thing while its group is decided. Claims of one kind go together; of different kinds they do not.
 * `alone`: not even with its like. `there`: the thing stays. `ending`, `changing`: relationships whose other end is not known beforehand.
 */
export type Claim = 'alone' | 'there' | 'ending' | 'changing'

/** By thing: `twin p1`, `state p1`. */
export type Claims = ReadonlyMap<string, Claim>

/** Every relationship of the tenant. */
const links = 'links'

/**
 * The rule by which changesets share a group: all of a group are decided on the state before it, so none may depend on what another does.
 * `limited`: names of relationships that some model limits; those of one source are counted one changeset at a time.
 */
export function claimsOf(changeset: Changeset, limited: ReadonlySet<string>): Claims {
  const claims = new Map<string, Claim>()
  for (const command of changeset.commands) for (const [thing, kind] of claimsOfCommand(command, limited)) claim(claims, thing, kind)
  if (changeset.ends) claim(claims, `scenario ${changeset.ends.scenario.number}`, 'alone')
  if (changeset.idempotency) claim(claims, `key ${changeset.idempotency.key}`, 'alone')
  return claims
}

/** Two kinds on one thing are as good as having it alone. */
function claim(claims: Map<string, Claim>, thing: string, kind: Claim): void {
  const present = claims.get(thing)
  claims.set(thing, present === undefined || present === kind ? kind : 'alone')
}

function claimsOfCommand(command: Command, limited: ReadonlySet<string>): readonly (readonly [thing: string, Claim])[] {
  const twin = (id: string, kind: Claim) => [`twin ${id}`, kind] as const
  switch (command.kind) {
    case 'createTwin': return [twin(command.id, 'alone'), ...(command.id.includes('#') ? [twin(ownerOf(command.id), 'there')] : []), ...command.relationships.flatMap((each) => relating(command.id, each, limited))]
    case 'updateTwin': return [twin(command.id, 'there'), [`state ${command.id}`, 'alone']]
    case 'deleteTwin': return [twin(command.id, 'alone'), [links, 'ending']]
    case 'relate': return relating(command.from, command, limited)
    case 'updateRelationship': return [twin(command.from, 'there'), [links, 'changing'], [`source ${sourceKey(command.from, command.name)}`, 'there'], [`relationship ${relationshipKey(command.from, command.name, command.id)}`, 'alone']]
    case 'unrelate': return [twin(command.from, 'there'), [links, 'changing'], [`source ${sourceKey(command.from, command.name)}`, 'alone']]
  }
}

function relating(from: string, { name, to, id }: { readonly name: string; readonly to: string; readonly id: string }, limited: ReadonlySet<string>): readonly (readonly [string, Claim])[] {
  return [
    [`twin ${from}`, 'there'], [`twin ${to}`, 'there'], [`source ${sourceKey(from, name)}`, 'there'], [`relationship ${relationshipKey(from, name, id)}`, 'alone'],
    ...(limited.has(name) ? [[`count ${sourceKey(from, name)}`, 'alone'] as const] : []),
  ]
}

/** So many waiting changesets are looked at for one group: where thousands wait for one twin, looking at all of them again each time would take longer than the commits. */
const mostLookedAt = 5_000

/**
 * Takes the members of the next group from the front of a queue. One that has to wait keeps its claims,
 * so that what came later and depends on it waits, too: the order of dependent changesets is kept.
 * A group is of one scenario, that of the first, or of the base: what waits for another's turn is the next to be first.
 */
export function admit<T extends { readonly claims: Claims; readonly size: number; /** The scenario's number; undefined: the base. */ readonly scenario?: number | undefined }>(queue: readonly T[], most: number): { readonly group: readonly T[]; readonly rest: readonly T[] } {
  const claimed = new Map<string, Claim>()
  const group: T[] = []
  const rest: T[] = []
  let size = 0
  let looked = 0
  for (const pending of queue) {
    if (size >= most || looked >= mostLookedAt) break
    looked += 1
    if (pending.scenario === queue[0]?.scenario && isFree(claimed, pending.claims) && (group.length === 0 || size + pending.size <= most)) {
      group.push(pending)
      size += pending.size
    } else {
      rest.push(pending)
    }
    for (const [thing, kind] of pending.claims) claim(claimed, thing, kind)
  }
  return { group, rest: [...rest, ...queue.slice(looked)] }
}

function isFree(claimed: Claims, wanted: Claims): boolean {
  for (const [thing, kind] of wanted) {
    const present = claimed.get(thing)
    if (present !== undefined && (present !== kind || kind === 'alone')) return false
  }
  return true
}
