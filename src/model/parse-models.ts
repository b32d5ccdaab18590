import type { ItemProblem } from '../problem.ts'
import { buildInterfaces } from './dtdl/build/interface.ts'
import { readGraph, type ElementGraph } from './dtdl/graph.ts'
import type { ContextOptions } from './dtdl/read/context.ts'
import { createReport, type ModelProblem } from './dtdl/read/report.ts'
import { checkGraph } from './dtdl/rules/check-graph.ts'
import type { Dtmi, InterfaceModel } from './model.ts'

export interface ParseContext {
  /** Published models, which documents may extend, use as components and name as targets. */
  known(id: Dtmi): InterfaceModel | undefined
  readonly options?: Partial<ContextOptions>
}

export type ParseResult =
  | {
      readonly ok: true
      /** Each after those that it extends or has as components. */ readonly models: readonly InterfaceModel[]
      /** Targets of relationships that are neither among the documents nor published. */ readonly unresolved: readonly Dtmi[]
    }
  | { readonly ok: false; readonly problems: readonly ItemProblem[] }

/**
 * DTDL documents of versions 2, 3 and 4 → validated models, or everything that is wrong with them.
 * A document is a JSON value, an Interface or an array of Interfaces, or the text of one. Documents of models that are known already are read anew.
 */
export function parseModels(documents: readonly unknown[], context: ParseContext): ParseResult {
  const { graph, problems } = validate(documents, context)
  if (problems.length > 0)
    return { ok: false, problems: problems.map(({ document, pointer, message }) => ({ code: 'INVALID_MODEL', document, pointer, message })) }
  return { ok: true, models: buildInterfaces(graph), unresolved: unresolvedTargets(graph, context) }
}

/** All elements of the documents, and all that is wrong with them. */
export function validate(
  documents: readonly unknown[],
  { known, options }: ParseContext,
): { readonly graph: ElementGraph; readonly problems: readonly ModelProblem[] } {
  const report = createReport()
  const graph = readGraph(documents, known, { undefinedExtensions: 'default', acceptableLimits: undefined, maxDtdlVersion: 4, ...options }, report)
  checkGraph(graph, report)
  return { graph, problems: report.problems }
}

function unresolvedTargets(graph: ElementGraph, { known }: ParseContext): readonly Dtmi[] {
  const targets = graph.elements.flatMap((element) => (element.class === 'Relationship' ? (element.literals.get('target')?.value ?? []) : []))
  return [...new Set(targets.map(String))].filter((id) => !graph.has(id) && !known(id))
}
