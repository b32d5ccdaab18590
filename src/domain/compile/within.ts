import Cypher from '@neo4j/cypher-builder'
import { failure } from '../../errors.ts'
import { nearest } from '../../util/nearest.ts'
import { namesOf } from '../../twin/needs.ts'
import type { Argument } from './argument.ts'
import { constrainedWith, twinById } from './anchor.ts'
import { edgeExists } from './exists.ts'
import type { Direction, Scope } from './scope.ts'
import { lookUps } from './state.ts'
import { hasType, newSubject, type Subject } from './subject.ts'
import { isPresent, namesIn } from './world.ts'

/** Steps that a scope may take. */
const deepest = 50
/** Twins that a scope may begin at. */
const mostRoots = 1_000

/** `within` as its parts that decide the statement's text. */
export interface Within {
  readonly over: readonly string[]
  readonly direction: Direction
  readonly maxDepth: number
}

/** The twins that are reached over relationships: one step at least, so a twin that a scope begins at is in it only where a way leads back to it. */
export function withinScope(scope: Scope, twin: Subject, type: string, given: Argument | undefined): readonly Cypher.Clause[] | undefined {
  if (given?.kind !== 'object') return undefined
  const { world } = scope
  const { over, direction, maxDepth } = toWithin(given, namesOf(scope.registry).known)
  const of = given.fields.find(({ field }) => field.name === 'of')?.value
  const [root, id] = [newSubject(scope), new Cypher.Variable()]
  const arrow = direction === 'OUT' ? 'right' : direction === 'IN' ? 'left' : 'undirected'
  // No name for the relationship and distinct ends: so Neo4j visits each twin once, however many ways lead to it. A condition on all relationships keeps that.
  const way = new Cypher.Pattern(root.node).related({ type: Cypher.labelExpr.or(...over.flatMap((name) => namesIn(world, name))), length: { min: 1, max: maxDepth }, direction: arrow })
    .to(twin.node, isPresent(world) ? { labels: type } : {})
  return [
    new Cypher.Unwind([scope.parameters.add((variables) => (of?.kind === 'leaf' ? checkedRoots(of.get(variables)) : [])), id]),
    twinById(scope, root, id),
    ...(isPresent(world) ? [new Cypher.Match(way)] : [wayThrough(scope, way)]),
    constrainedWith(new Cypher.With(twin.node).distinct(), isPresent(world) || type === 'Twin' ? undefined : mayHaveType(scope, twin.node, type)),
    ...(isPresent(world) ? [] : [constrainedWith(new Cypher.With(twin.node, ...lookUps(scope, twin)), type === 'Twin' ? undefined : hasType(scope, twin, type))]),
  ]
}

/** States are looked up for what may be of the type alone: labels are those that its state has, but where the twin's model was changed. */
const mayHaveType = ({ world }: Scope, node: Cypher.Node, type: string): Cypher.Predicate => node.hasLabel(Cypher.labelExpr.or(...namesIn(world, type), ...namesIn(world, '_Migrated')))

/** Only over relationships that are there in the world. */
function wayThrough(scope: Scope, way: Cypher.Pattern): Cypher.Clause {
  const [path, edge] = [new Cypher.PathVariable(), new Cypher.Relationship()]
  return new Cypher.Match(way.assignTo(path)).where(Cypher.all(edge, Cypher.relationships(path), edgeExists(scope, edge) ?? Cypher.true))
}

/** Refuses relationships that no model has, and depths that are none. */
export function toWithin(given: Argument, known: ReadonlySet<string>): Within {
  const leaf = (name: string): unknown => {
    const value = given.kind === 'object' ? given.fields.find(({ field }) => field.name === name)?.value : undefined
    return value?.kind === 'leaf' ? value.value : undefined
  }
  const [over, maxDepth] = [leaf('over') as readonly string[], leaf('maxDepth') as number]
  if (over.length === 0) throw refused('`within.over` is empty. Name the relationships to follow.')
  for (const name of over) {
    const meant = nearest(name, known)
    if (!known.has(name)) throw refused(`No model has a relationship ${JSON.stringify(name)}, which \`within.over\` names.${meant === undefined ? '' : ` Did you mean ${meant}?`}`)
  }
  if (!Number.isInteger(maxDepth) || maxDepth < 1 || maxDepth > deepest) throw refused(`\`within.maxDepth\` is ${maxDepth}; give 1 to ${deepest}.`)
  return { over: [...new Set(over)].sort(), direction: (leaf('direction') ?? 'OUT') as Direction, maxDepth }
}

function checkedRoots(ids: unknown): unknown {
  if (Array.isArray(ids) && ids.length > mostRoots) throw refused(`\`within.of\` has ${ids.length} twins; it takes at most ${mostRoots}.`)
  return ids
}

const refused = (message: string): Error => failure('BAD_USER_INPUT', { message })
