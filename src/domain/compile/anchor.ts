import Cypher from '@neo4j/cypher-builder'
import { constrained, sequence } from './clauses.ts'
import { existedAt, isNotDeleted, isOwn } from './exists.ts'
import type { Scope } from './scope.ts'
import { lookUps } from './state.ts'
import { hasType, type Subject } from './subject.ts'
import { isPresent } from './world.ts'

type Test = Cypher.Predicate | undefined

interface ById {
  readonly type?: string | undefined
  readonly tests?: readonly Test[]
  /** Those that scenarios made are left out. */
  readonly isOfBase?: boolean
}

/** The twin of an id: by the unique index on (tenant, id). Its type is a predicate then, since a label would be scanned. */
export function twinById(scope: Scope, subject: Subject, id: Cypher.Expr, { type, tests = [], isOfBase = false }: ById = {}): Cypher.Clause {
  const { node } = subject
  const { world } = scope
  const typed = type === undefined || type === 'Twin' ? undefined : hasType(scope, subject, type)
  if (isPresent(world)) return constrained(new Cypher.Match(withId(scope, node, 'Twin', id)), typed, ...tests)
  const found = (label: string, ...conditions: readonly Test[]): Cypher.Clause => sequence(constrained(new Cypher.Match(withId(scope, node, label, id)), ...conditions), new Cypher.Return(node))
  const notDeleted = world.isBranch ? isNotDeleted(scope, node) : undefined
  const then = world.isPast ? existedAt(scope, node) : undefined
  const alternatives = [
    found('Twin', then, notDeleted),
    ...(world.isPast ? [found('_Gone', then, notDeleted, Cypher.not(node.hasLabel('_was__Component')))] : []),
    ...(world.isBranch && !isOfBase ? [found('_Own', isOwn(scope, node), notDeleted)] : []),
  ]
  const [only] = alternatives
  const one = alternatives.length === 1 && only ? only : new Cypher.Union(...alternatives).all()
  return sequence(new Cypher.Call(one, id instanceof Cypher.Variable ? [id] : []), constrainedWith(new Cypher.With(node, ...lookUps(scope, subject)), typed, ...tests))
}

const withId = ({ tenant }: Scope, node: Cypher.Node, labels: string, id: Cypher.Expr): Cypher.Pattern => new Cypher.Pattern(node, { labels, properties: { _t: tenant, _id: id } })

export function constrainedWith(clause: Cypher.With, ...tests: readonly Test[]): Cypher.With {
  const given = tests.filter((test) => test !== undefined)
  return given.length > 0 ? clause.where(Cypher.and(...given)) : clause
}
