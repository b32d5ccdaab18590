import type { Element } from '../element.ts'
import type { ElementGraph } from '../graph.ts'
import { limitOf, propertiesOf } from '../metamodel/classes.ts'
import { metamodelTable } from '../metamodel/table.ts'
import { postOrder } from '../post-order.ts'
import type { Report } from '../read/report.ts'

/** What an Interface has, its own and what it inherits; undefined where its parents go round in a circle, or too deep or too many. */
export type Inherited = (element: Element) => readonly Element[] | undefined

/** No Interface extends itself, nor more or deeper than allowed, and inherited contents have names of their own. Returns what was resolved on the way. */
export function checkInheritance(graph: ElementGraph, report: Report): Inherited {
  const depths = depthsOf(graph, report)
  const resolved = new Map<Element, readonly Element[] | undefined>()
  const inherited: Inherited = (element) => {
    if (!resolved.has(element))
      resolved.set(
        element,
        depths.get(element) === Infinity ? undefined : [element, ...ancestorsOf(element, graph)].flatMap((owner) => graph.targets(owner, 'contents')),
      )
    return resolved.get(element)
  }
  for (const element of graph.interfaces) {
    const depth = depths.get(element) ?? 0
    const { maxDepth, maxCount } = limitsOf(element)
    if (depth > maxDepth && depth < Infinity)
      report.add(
        element.place,
        'excessiveDepthNarrow',
        `${element.id} extends Interfaces ${depth} levels deep; DTDL ${element.dtdl} allows ${maxDepth}.`,
      )
    if (depth > maxDepth) {
      resolved.set(element, undefined)
      continue
    }
    const count = ancestorsOf(element, graph).length
    if (count > maxCount)
      report.add(element.place, 'excessiveCountNarrow', `${element.id} extends ${count} Interfaces; DTDL ${element.dtdl} allows ${maxCount}.`)
    checkInheritedContents(element, inherited(element) ?? [], graph, report)
  }
  return inherited
}

function limitsOf({ dtdl, limits }: Element): { readonly maxDepth: number; readonly maxCount: number } {
  const control = metamodelTable.controls.find(
    ({ version, rootClass, importProperties }) => version === dtdl && rootClass === 'Interface' && importProperties,
  )
  return { maxDepth: limitOf(control?.maxDepth, limits), maxCount: limitOf(control?.maxCount, limits) }
}

function checkInheritedContents(element: Element, contents: readonly Element[], graph: ElementGraph, report: Report): void {
  const own = new Set(graph.targets(element, 'contents'))
  const most = propertiesOf('Interface', element.dtdl).get('contents')?.maxCount ?? Infinity
  if (contents.length > most && own.size <= most)
    report.add(
      element.place,
      'objectCountAboveMax',
      `${element.id} has ${contents.length} contents with those it inherits; DTDL ${element.dtdl} allows ${most}.`,
    )
  const byName = new Map<unknown, Element>()
  for (const content of contents) {
    const name = content.literals.get('name')?.value
    const first = byName.get(name)
    if (name === undefined || !first) byName.set(name, content)
    // Names that clash among an Interface's own contents are reported by the rule on uniqueness.
    else if (first !== content && !own.has(content))
      report.add(
        own.has(first) ? first.place : element.place,
        'nonUniqueImportedPropertyValue',
        `${element.id} inherits "${String(name)}" from ${String(content.owner)} and has another one ` +
          `${own.has(first) ? 'of its own' : `from ${String(first.owner)}`}; names must differ.`,
      )
  }
}

/** Every Interface it extends, directly or not, each once. */
export function ancestorsOf(element: Element, graph: ElementGraph): readonly Element[] {
  const found = new Set<Element>()
  for (let level: readonly Element[] = [element]; level.length > 0;) {
    level = level
      .flatMap((child) => graph.targets(child, 'extends'))
      .filter((parent) => parent !== element && !found.has(parent) && found.add(parent))
  }
  return [...found]
}

/** How many steps up the longest way goes; Infinity in a circle, which is reported, and below one. */
function depthsOf(graph: ElementGraph, report: Report): ReadonlyMap<Element, number> {
  const depths = new Map<Element, number>()
  for (const element of postOrder(graph.interfaces, (one) => graph.targets(one, 'extends'))) {
    let depth = 0
    for (const link of element.links.get('extends') ?? []) {
      const parent = graph.find(link)
      if (!parent) continue
      // A parent that comes later than its child in this order is the child's child too.
      if (!depths.has(parent))
        report.add(link.place, 'recursiveStructureNarrow', `${element.id} extends ${link.to}, which extends it again; break the circle.`)
      depth = Math.max(depth, 1 + (depths.get(parent) ?? Infinity))
    }
    depths.set(element, depth)
  }
  return depths
}
