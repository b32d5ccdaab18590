import type { Element } from '../element.ts'
import type { ElementGraph } from '../graph.ts'
import { isSubclass, limitOf } from '../metamodel/classes.ts'
import { metamodelTable, type DescendantControl } from '../metamodel/table.ts'
import type { Report } from '../read/report.ts'

/**
 * Complex schemas nest no deeper than allowed, and only DTDL 4 lets them contain themselves.
 * A step into `schema` or `elementSchema` is a level; where a schema comes back to one that contains it, that step counts and the way ends.
 */
export function checkSchemaDepth(graph: ElementGraph, report: Report): void {
  const heights = new Map<Element, number>()
  for (const element of graph.elements) {
    if (!isSubclass(element.class, 'ComplexSchema')) continue
    const control = metamodelTable.controls.find(
      ({ version, rootClass, maxDepth }) => version === element.dtdl && rootClass === element.class && maxDepth,
    )
    if (!control) continue
    const most = limitOf(control.maxDepth, element.limits)
    const outcome = descend(element, most, control, graph, heights)
    if (outcome === 'recursive') report.add(element.place, 'recursiveStructureWide', `${element.id} contains itself; only DTDL 4 allows that.`)
    if (outcome === 'deep')
      report.add(
        element.place,
        'excessiveDepthWide',
        `${element.id} nests more than ${most} schemas deep, which is the limit of DTDL ${element.dtdl}.`,
      )
  }
}

/** Ways through schemas that contain each other can be many; so many steps are more than any model needs that was not made to need them. */
const mostSteps = 50_000

interface Descent {
  readonly most: number
  readonly control: DescendantControl
  readonly graph: ElementGraph
  /** Levels below an element that is on no circle: known once and for all. */
  readonly heights: Map<Element, number>
  readonly path: Set<Element>
  steps: number
}

type Outcome = 'fine' | 'deep' | 'recursive'

function descend(element: Element, most: number, control: DescendantControl, graph: ElementGraph, heights: Map<Element, number>): Outcome {
  const result = heightOf(element, 0, { most, control, graph, heights, path: new Set(), steps: 0 })
  return typeof result === 'string' ? result : 'fine'
}

/** How many levels lie below; `circular` where that was cut short by an element of the path. The depth of the recursion is bounded by `most`. */
function heightOf(element: Element, depth: number, descent: Descent): { readonly height: number; readonly circular: boolean } | 'deep' | 'recursive' {
  const { most, control, graph, heights, path } = descent
  const known = heights.get(element)
  if (known !== undefined) return depth + known > most ? 'deep' : { height: known, circular: false }
  if (depth > most || (descent.steps += 1) > mostSteps) return 'deep'
  if (path.has(element)) return control.allowSelf ? { height: 0, circular: true } : 'recursive'
  path.add(element)
  let height = 0
  let circular = false
  for (const property of element.links.keys()) {
    const step = control.properties.includes(property) ? 1 : 0
    for (const target of graph.targets(element, property)) {
      const below = heightOf(target, depth + step, descent)
      if (typeof below === 'string') return below
      height = Math.max(height, below.height + step)
      circular ||= below.circular
    }
  }
  path.delete(element)
  if (!circular) heights.set(element, height)
  return { height, circular }
}
