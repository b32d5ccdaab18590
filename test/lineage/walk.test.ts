import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Found, nodeId } from '../../src/lineage/lineage-node.ts'
import { pageOf, walk, type Walked } from '../../src/lineage/walk.ts'

/** For each of some things, which of them it was made of; made of itself, of one twice, and in circles as well. */
const graphs = fc.integer({ min: 1, max: 40 }).chain((size) => fc.array(fc.array(fc.nat(size - 1), { maxLength: 6 }), { minLength: size, maxLength: size }))

function foundIn(graph: readonly (readonly number[])[], place: number): Found {
  return {
    node: { kind: 'LineageOrigin', id: nodeId('origin', place), name: String(place), sources: [] },
    causes: (graph[place]?.length ?? 0) === 0 ? undefined : () => Promise.resolve((graph[place] ?? []).map((to) => ({ role: 'MADE_FROM', of: foundIn(graph, to) }))),
  }
}

const placeOf = (walked: Walked, index: number): number => Number((walked.nodes[index]?.node as { readonly name: string }).name)

/** Steps from the first to each that it was made of, by the definition. */
function depthsOf(graph: readonly (readonly number[])[]): ReadonlyMap<number, number> {
  const depths = new Map([[0, 0]])
  for (let changed = true; changed;) {
    changed = false
    for (const [from, depth] of [...depths]) {
      for (const to of graph[from] ?? []) {
        if ((depths.get(to) ?? Infinity) <= depth + 1) continue
        depths.set(to, depth + 1)
        changed = true
      }
    }
  }
  return depths
}

const unbounded = { depth: 100, nodes: 1_000, timeMs: 60_000 }

describe('a walk', () => {
  it('comes to everything that something was made of, each once and by the shortest way, with every step between', async () => {
    await fc.assert(fc.asyncProperty(graphs, async (graph) => {
      const walked = await walk(foundIn(graph, 0), unbounded)
      const depths = depthsOf(graph)
      expect(new Map(walked.nodes.map(({ depth }, index) => [placeOf(walked, index), depth]))).toEqual(depths)
      expect(walked.nodes.map(({ depth }) => depth)).toEqual(walked.nodes.map(({ depth }) => depth).toSorted((a, b) => a - b))
      const steps = walked.edges.map(({ from, to }) => `${placeOf(walked, from)} ${placeOf(walked, to)}`)
      expect(steps.toSorted()).toEqual([...new Set([...depths.keys()].flatMap((from) => (graph[from] ?? []).map((to) => `${from} ${to}`)))].toSorted())
      expect(walked.truncated).toBeUndefined()
    }))
  })

  it('is the same each time, and its pages of any size are the whole', async () => {
    await fc.assert(fc.asyncProperty(graphs, fc.integer({ min: 1, max: 10 }), async (graph, first) => {
      const [walked, again] = [await walk(foundIn(graph, 0), unbounded), await walk(foundIn(graph, 0), unbounded)]
      expect(again.nodes.map(({ node }) => node)).toEqual(walked.nodes.map(({ node }) => node))
      const pages = Array.from({ length: Math.ceil(walked.nodes.length / first) }, (_, page) => pageOf(walked, page === 0 ? undefined : page * first - 1, first))
      expect(pages.flatMap(({ nodes }) => nodes.map(({ node }) => node))).toEqual(walked.nodes.map(({ node }) => node))
      expect(pages.map(({ hasMore }) => hasMore)).toEqual(pages.map((_, index) => index < pages.length - 1))
      expect(new Set(pages.flatMap(({ edges }) => edges))).toEqual(new Set(walked.edges))
      expect(pages.flatMap(({ edges }) => edges)).toHaveLength(walked.edges.length)
    }))
  })

  it('goes no further than its limits, and names every thing behind which it did not look', async () => {
    await fc.assert(fc.asyncProperty(graphs, fc.nat(4), fc.integer({ min: 1, max: 12 }), async (graph, depth, nodes) => {
      const walked = await walk(foundIn(graph, 0), { depth, nodes, timeMs: 60_000 })
      expect(walked.nodes.length).toBeLessThanOrEqual(nodes)
      expect(walked.nodes.every((each) => each.depth <= depth)).toBe(true)
      const left = new Set(walked.truncated?.frontier)
      const steps = new Set(walked.edges.map(({ from, to }) => `${placeOf(walked, from)} ${placeOf(walked, to)}`))
      for (const [index, { node }] of walked.nodes.entries()) {
        const from = placeOf(walked, index)
        if (!left.has(node.id)) expect((graph[from] ?? []).every((to) => steps.has(`${from} ${to}`))).toBe(true)
      }
    }))
  })

  it('ends in time, and says so', async () => {
    const slow = (depth: number): Found => ({ node: { kind: 'LineageOrigin', id: String(depth), name: '', sources: [] }, causes: async () => {
      await new Promise((resolve) => { setImmediate(resolve) })
      return [{ role: 'LAST', of: slow(depth + 1) }]
    } })
    const walked = await walk(slow(0), { depth: Infinity, nodes: Infinity, timeMs: 20 })
    expect(walked.truncated).toMatchObject({ reason: 'TIME', frontier: [String(walked.nodes.length - 1)] })
  })
})
