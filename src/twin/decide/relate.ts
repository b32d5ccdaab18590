import type { Property, Relationship } from '../../model/model.ts'
import type { RegisteredModel } from '../../model/registry.ts'
import type { ItemProblem } from '../../problem.ts'
import { nearest } from '../../util/nearest.ts'
import { checkNew, checkPatch } from '../check-values.ts'
import { toJsonText } from '../encode-value.ts'
import type { Relate, Unrelate, UpdateRelationship } from '../command.ts'
import { idRule, isValidId } from '../id.ts'
import { relationshipKey, sourceKey } from '../state.ts'
import { type Draft, given, type ItemOutcome, type ItemWrites, knownModel, modelOf, notFound, noWrites, outcome, pathOf, relationshipCount } from './draft.ts'
import { another, stale } from './stale.ts'

/** A new relationship: known to the source's model, to a twin that may be its target, within the model's limit. */
export function decideRelate(draft: Draft, command: Relate, at: readonly string[] = []): ItemOutcome {
  const { from, name, to, id } = command
  const problem = (code: ItemProblem['code'], message: string, ...path: readonly string[]): ItemProblem => ({ code, message, path: pathOf(draft, ...at, ...path), item: draft.item, twin: from })
  const source = modelOf(draft, from)
  if (!source) return outcome(noWrites(), [notFound(draft, from, ...at, 'from')])
  const relationship = source.contents.get(name)
  if (relationship?.kind !== 'Relationship') return outcome(noWrites(), [problem('UNKNOWN_RELATIONSHIP', unknownText(source, from, name), 'name')])
  const target = modelOf(draft, to)
  if (!target) return outcome(noWrites(), [notFound(draft, to, ...at, 'to')])
  const renewed = renewedEnd(draft, command)
  if (renewed !== undefined) return outcome(noWrites(), [another(draft, `The twin ${renewed}`, from)])

  const problems: ItemProblem[] = []
  if (!isTarget(draft, relationship, target)) problems.push(problem('WRONG_TARGET', `${name} of twin ${from} leads to twins of ${relationship.target ?? ''}, but ${to} is of ${target.id}. Relate a twin of that model or of one that extends it.`, 'to'))
  if (!isValidId(id)) problems.push(problem('INVALID_ID', `${JSON.stringify(id.slice(0, 80))} cannot be a relationship's id. ${idRule}`, 'id'))
  const key = sourceKey(from, name)
  const isThere = (draft.state.relationships.get(key)?.some((other) => other.id === id) === true && !draft.isEnded(relationshipKey(from, name, id))) || draft.added.get(key)?.has(id) === true
  if (isThere) problems.push(problem('ALREADY_EXISTS', `The twin ${from} has a relationship ${name} with the id ${JSON.stringify(id)} already. Choose another id, or leave it out to get one.`, 'id'))
  const most = relationship.maxMultiplicity
  if (most !== undefined && relationshipCount(draft, from, name) >= most) problems.push(problem('TOO_MANY_RELATIONSHIPS', `The twin ${from} may have at most ${most} relationships ${name}, and has them. Unrelate one first.`))
  const values = checkNew({ what: `the relationship ${name} of twin ${from}`, properties: propertiesOf(relationship), path: pathOf(draft, ...at, 'properties') }, command.properties)
  problems.push(...values.problems.map((each) => ({ ...each, item: draft.item, twin: from })))

  const writes = noWrites()
  writes.links.push({ from, name, to, id, columns: values.columns })
  writes.journal.push({ op: 'link', id: from, model: source.id, type: name, dst: to, rid: id, ...given(command.properties) })
  return outcome(writes, problems)
}

/** The end that is not the one that the relationship is meant for, though it has its id. */
function renewedEnd({ state }: Draft, { from, to, ifBorn }: Relate): string | undefined {
  const isAnother = (id: string, born: number | undefined): boolean => born !== undefined && state.twins.get(id)?.born !== born
  return isAnother(from, ifBorn?.from) ? from : isAnother(to, ifBorn?.to) ? to : undefined
}

export function decideUpdateRelationship(draft: Draft, command: UpdateRelationship): ItemOutcome {
  const { from, name, id, patch, ifVersion, ifBorn } = command
  const found = draft.state.relationships.get(sourceKey(from, name))?.find((other) => other.id === id)
  const source = draft.state.twins.get(from)
  if (!source) return outcome(noWrites(), [notFound(draft, from, 'from')])
  const relationship = knownModel(draft, source).contents.get(name)
  if (!found || draft.isEnded(relationshipKey(from, name, id)) || relationship?.kind !== 'Relationship') return outcome(noWrites(), [missing(draft, from, name, `with the id ${JSON.stringify(id)}`)])
  const what = `The relationship ${name} ${id} of twin ${from}`
  if (ifBorn !== undefined && ifBorn !== found.born) return outcome(noWrites(), [another(draft, what, from, found.version)])
  const problems: ItemProblem[] = []
  if (ifVersion !== undefined && ifVersion !== found.version) problems.push(stale(draft, what, from, ifVersion, found.version))
  const values = checkPatch({ what: `the relationship ${name} of twin ${from}`, properties: propertiesOf(relationship), path: pathOf(draft, 'patch') }, patch, found.values)
  problems.push(...values.problems.map((each) => ({ ...each, item: draft.item, twin: from })))
  const writes = noWrites()
  writes.linkUpdates.push({ ref: found.ref, from, name, to: found.to, id, set: values.columns, version: found.version + 1, journal: { op: 'relink', id: from, model: source.model, type: name, dst: found.to, rid: id, patch: toJsonText(patch) } })
  return outcome(writes, problems)
}

export function decideUnrelate(draft: Draft, command: Unrelate): ItemOutcome {
  const { from, name, id, to, ifVersion, ifBorn } = command
  if (id === undefined && to === undefined) {
    return outcome(noWrites(), [{ code: 'REQUIRED_MISSING', message: `Which relationships ${JSON.stringify(name.slice(0, 100))} of twin ${from} are to end? Give the id of one, or to: the twin they lead to.`, path: pathOf(draft), item: draft.item, twin: from }])
  }
  const source = draft.state.twins.get(from)
  const found = (draft.state.relationships.get(sourceKey(from, name)) ?? [])
    .filter((other) => (id === undefined || other.id === id) && (to === undefined || other.to === to) && !draft.isEnded(relationshipKey(from, name, other.id)))
  const withdrawn = found.length === 0 ? withdraw(draft, command) : undefined
  if (withdrawn) return outcome(withdrawn, [])
  if (!source || found.length === 0) return outcome(noWrites(), [source ? missing(draft, from, name, id === undefined ? `to ${JSON.stringify(to)}` : `with the id ${JSON.stringify(id)}`) : notFound(draft, from, 'from')])
  const problems: ItemProblem[] = []
  const writes = noWrites()
  for (const each of found) {
    if (draft.changed.has(relationshipKey(from, name, each.id))) problems.push(twice(draft, from, name, each.id))
    const what = `The relationship ${name} ${each.id} of twin ${from}`
    if (ifBorn !== undefined && ifBorn !== each.born) problems.push(another(draft, what, from, each.version))
    else if (ifVersion !== undefined && ifVersion !== each.version) problems.push(stale(draft, what, from, ifVersion, each.version))
    writes.unlinks.push({ ref: each.ref, from, name, to: each.to, id: each.id })
    writes.journal.push({ op: 'unlink', id: from, model: source.model, type: name, dst: each.to, rid: each.id })
  }
  return outcome(writes, problems)
}

/** What a scenario says of a relationship that it lost with one of its ends is taken back, by its id; the source may be the end that is gone. */
function withdraw({ state }: Draft, { from, name, id, to }: Unrelate): ItemWrites | undefined {
  const led = id === undefined ? undefined : state.forsaken.get(relationshipKey(from, name, id))
  if (id === undefined || led === undefined || (to !== undefined && to !== led)) return undefined
  const model = state.twins.get(from)?.model
  const writes = noWrites()
  writes.withdrawn.push({ from, name, to: led, id })
  writes.journal.push({ op: 'unlink', id: from, type: name, dst: led, rid: id, ...(model !== undefined && { model }) })
  return writes
}

/** A relationship that the same changeset changed and would end. */
export const twice = (draft: Draft, from: string, name: string, id: string): ItemProblem => ({
  code: 'DUPLICATE_ITEM', message: `The relationship ${name} ${JSON.stringify(id)} of twin ${from} is changed and ended by one mutation. Send only its end.`, path: pathOf(draft), item: draft.item, twin: from,
})

function missing(draft: Draft, from: string, name: string, which: string): ItemProblem {
  return { code: 'NOT_FOUND', message: `The twin ${from} has no relationship ${JSON.stringify(name.slice(0, 100))} ${which}. Its _relationships lists what it has.`, path: pathOf(draft), item: draft.item, twin: from }
}

/** A target that is not published accepts any twin: the model says less than it will. */
function isTarget({ registry }: Draft, { target }: Relationship, model: RegisteredModel): boolean {
  return target === undefined || registry.get(target) === undefined || model.isA(target)
}

const propertiesOf = (relationship: Relationship): ReadonlyMap<string, Property> => new Map(relationship.properties.map((property) => [property.name, property]))

function unknownText(model: RegisteredModel, from: string, name: string): string {
  const known = [...model.contents.values()].filter((content) => content.kind === 'Relationship').map((content) => content.name)
  const near = nearest(name, known)
  return `The model ${model.id} of twin ${from} has no relationship ${JSON.stringify(name.slice(0, 100))}. ${near ? `Did you mean ${near}?` : `It has ${known.join(', ') || 'none'}.`}`
}
