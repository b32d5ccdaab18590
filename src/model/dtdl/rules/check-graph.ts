import type { ElementGraph } from '../graph.ts'
import type { Report } from '../read/report.ts'
import { checkCotypes } from './cotypes.ts'
import { checkExclusions } from './exclusions.ts'
import { checkInheritance } from './inheritance.ts'
import { checkReferences } from './references.ts'
import { checkSchemaDepth } from './schema-depth.ts'
import { checkSiblings } from './siblings.ts'
import { checkSize } from './size.ts'
import { checkUniqueness } from './uniqueness.ts'
import { checkValues } from './values.ts'

/** All rules about elements together; what one element alone may be was checked while it was read. */
export function checkGraph(graph: ElementGraph, report: Report): void {
  checkReferences(graph, report)
  checkUniqueness(graph, report)
  const inherited = checkInheritance(graph, report)
  checkExclusions(graph, inherited, report)
  checkSchemaDepth(graph, report)
  checkSize(graph, inherited, report)
  checkCotypes(graph, report)
  checkSiblings(graph, inherited, report)
  checkValues(graph, report)
}
