import Cypher from '@neo4j/cypher-builder'
import type { GraphQLCompositeType, FieldNode } from 'graphql'
import { storedKind } from '../../twin/stored-value.ts'
import type { Scope } from './scope.ts'
import { namedComposite, selectedFields } from './selection.ts'
import { type Subject, valueOf, variablesOf } from './subject.ts'

/** A pass over the selected twins: a clause that gathers, and the value it leaves. */
interface Pass {
  readonly clause: Cypher.Clause | undefined
  readonly value: Cypher.Expr
}

/** One pass for all figures of numbers and times, and one for each text property, since those are sorted by length. */
export function aggregateOf(scope: Scope, twin: Subject, selections: readonly FieldNode[], type: GraphQLCompositeType): readonly Pass[] {
  const parts = selectedFields(scope, type, selections.map((selection) => selection.selectionSet))
  const counts: Record<string, Cypher.Expr> = {}
  const figures: Record<string, Cypher.Expr> = {}
  const texts: Pass[] = []
  for (const part of parts) {
    if (part.field.name === 'count') counts['count'] = new Cypher.Map({ nodes: Cypher.count(twin.state) })
    if (part.field.name !== 'node') continue
    for (const column of selectedFields(scope, namedComposite(part), part.nodes.map((each) => each.selectionSet))) {
      const role = column.field.extensions.role
      if (role?.kind !== 'property') continue
      const { name, schema } = role.property
      if (storedKind(schema) === 'string') texts.push(textPass(twin, name))
      else figures[name] = figuresOf(scope, valueOf(twin, name), column, storedKind(schema) === 'integer')
    }
  }
  return [{ clause: undefined, value: new Cypher.Map({ ...counts, node: new Cypher.Map(figures) }) }, ...texts]
}

function figuresOf(scope: Scope, column: Cypher.Expr, field: Parameters<typeof namedComposite>[0], whole: boolean): Cypher.Expr {
  const asked = new Set(selectedFields(scope, namedComposite(field), field.nodes.map((node) => node.selectionSet)).map((part) => part.field.name))
  const lossless = (value: Cypher.Expr): Cypher.Expr => (whole ? Cypher.toString(value) : value)
  const all: Readonly<Record<string, Cypher.Expr>> = {
    min: lossless(Cypher.min(column)), max: lossless(Cypher.max(column)), average: Cypher.avg(column), sum: lossless(Cypher.sum(column)),
  }
  return new Cypher.Map(Object.fromEntries(Object.entries(all).filter(([name]) => asked.has(name))))
}

function textPass(twin: Subject, name: string): Pass {
  const values = new Cypher.Variable()
  const column = valueOf(twin, name)
  const sorted = new Cypher.With(...variablesOf(twin)).orderBy([Cypher.size(column), 'DESC'])
  sorted.with([Cypher.collect(column), values])
  return { clause: sorted, value: new Cypher.Map({ node: new Cypher.Map({ [name]: new Cypher.Map({ longest: Cypher.head(values), shortest: Cypher.last(values) }) }) }) }
}
