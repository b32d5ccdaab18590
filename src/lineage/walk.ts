import { failure } from '../errors.ts'
import { monotonicMs } from '../util/clock.ts'
import type { Found, LineageNode, LineageRole } from './lineage-node.ts'

export interface WalkLimits {
  /** Steps from the root. */
  readonly depth: number
  /** Nodes, the root among them. */
  readonly nodes: number
  readonly timeMs: number
}

export interface WalkedNode {
  readonly node: LineageNode
  readonly depth: number
  readonly found: Found
}

/** From what was made to what it was made of; indexes of nodes. */
export interface WalkedEdge {
  readonly from: number
  readonly to: number
  readonly role: LineageRole
}

export interface Walked {
  /** By depth, those of one depth in the order of what led to them. */
  readonly nodes: readonly WalkedNode[]
  readonly edges: readonly WalkedEdge[]
  /** Why there may be more, and from which nodes on; undefined: that is all. */
  readonly truncated: { readonly reason: 'DEPTH' | 'NODES' | 'TIME'; readonly frontier: readonly string[] } | undefined
}

/** Nodes that are looked behind at once. */
const atOnce = 50

/** Breadth first from the root, each node once. What leads to a known node is another edge. */
export async function walk(root: Found, { depth: deepest, nodes: most, timeMs }: WalkLimits, signal?: AbortSignal): Promise<Walked> {
  const deadline = monotonicMs() + timeMs
  const nodes: WalkedNode[] = [{ node: root.node, depth: 0, found: root }]
  const places = new Map([[root.node.id, 0]])
  const edges = new Map<string, WalkedEdge>()
  const walked = (truncated: Walked['truncated']): Walked => ({ nodes, edges: [...edges.values()], truncated })
  const left = (from: number): readonly string[] => nodes.slice(from).flatMap(({ node: { id }, found }) => (found.causes ? [id] : []))
  for (let next = 0; next < nodes.length;) {
    signal?.throwIfAborted()
    const { depth } = nodes[next] as WalkedNode
    if (depth >= deepest) return walked(told('DEPTH', left(next)))
    if (monotonicMs() >= deadline) return walked(told('TIME', left(next)))
    const some = nodes.slice(next, next + atOnce).filter((each) => each.depth === depth)
    const grown = await Promise.all(some.map(async ({ found }) => await found.causes?.() ?? []))
    for (const [offset, causes] of grown.entries()) {
      const from = next + offset
      const fresh = new Set(causes.flatMap(({ of: { node } }) => (places.has(node.id) ? [] : [node.id])))
      if (nodes.length + fresh.size > most) return walked(told('NODES', left(from)))
      for (const { role, of } of causes) {
        const known = places.get(of.node.id)
        const to = known ?? nodes.push({ node: of.node, depth: depth + 1, found: of }) - 1
        places.set(of.node.id, to)
        edges.set(`${from} ${to} ${role}`, { from, to, role })
      }
    }
    next += some.length
  }
  return walked(undefined)
}

const told = (reason: 'DEPTH' | 'NODES' | 'TIME', frontier: readonly string[]): Walked['truncated'] => (frontier.length === 0 ? undefined : { reason, frontier })

/** What of a walk a page shows: nodes behind a place, and with each the edges whose later end it is. */
export function pageOf({ nodes, edges }: Walked, after: number | undefined, first: number): { readonly nodes: readonly (WalkedNode & { readonly place: number })[]; readonly edges: readonly WalkedEdge[]; readonly hasMore: boolean } {
  const begin = after === undefined ? 0 : after + 1
  if (begin > nodes.length) throw failure('BAD_USER_INPUT', { message: '`after` is a place that this lineage does not reach any more. Begin anew, without it.' })
  const end = begin + first
  const isShown = ({ from, to }: WalkedEdge): boolean => Math.max(from, to) >= begin && Math.max(from, to) < end
  return { nodes: nodes.slice(begin, end).map((each, index) => ({ ...each, place: begin + index })), edges: edges.filter(isShown), hasMore: nodes.length > end }
}
