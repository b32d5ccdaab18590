import Cypher from '@neo4j/cypher-builder'
import type { RegisteredModel } from '../../model/registry.ts'
import { constrainedWith, twinById } from './anchor.ts'
import type { Argument } from './argument.ts'
import { everyTwin, type FilterOf } from './every.ts'
import type { Scope } from './scope.ts'
import { type Subject, variablesOf } from './subject.ts'
import { whereFilter } from './where.ts'
import { withinScope } from './within.ts'

/** Finds the twins that a root field's arguments `id`, `within` and `where` leave of a type. Those that come of a list may be unidentified: see `everyTwin`. */
export function rootTwins(scope: Scope, twin: Subject, model: RegisteredModel | undefined, given: ReadonlyMap<string, Argument>): readonly Cypher.Clause[] {
  const type = model?.names.type ?? 'Twin'
  const filter: FilterOf = (subject) => whereFilter(scope, subject, given.get('where'))
  const within = withinScope(scope, twin, type, given.get('within'))
  const id = given.get('id')
  if (!within && id?.kind !== 'leaf') return [everyTwin(scope, twin, type, filter)]
  const { own, far } = filter(twin)
  if (within) return own || far ? [...within, constrainedWith(new Cypher.With(...variablesOf(twin)), own, far)] : within
  return id?.kind === 'leaf' ? [twinById(scope, twin, scope.parameters.add(id.get), { type, tests: [own, far] })] : []
}
