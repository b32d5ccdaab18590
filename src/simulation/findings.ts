import type { Json } from '../util/json.ts'
import type { BindingReport } from './engine.ts'
import type { EngineIssue, EngineIssueCode } from './engine-issue.ts'

/** What binding comes upon, as it goes. */
export interface Findings {
  /** Something that keeps it from binding. */
  refuse(code: EngineIssueCode, path: readonly string[], message: string, about?: { readonly twin?: string; readonly property?: string }): void
  mapped(twin: string, role: string, as: string): void
  defaulted(twin: string, property: string, value: Json, why: string): void
  converted(twin: string, property: string, from: string, to: string): void
  ignored(twin: string, what: string, why: string): void
  readonly issues: readonly EngineIssue[]
  readonly report: BindingReport
}

/** A client is told of so many issues at once. */
const mostIssues = 1_000

export function createFindings(): Findings {
  const issues: EngineIssue[] = []
  const report = { mapped: [] as BindingReport['mapped'][number][], defaulted: [] as BindingReport['defaulted'][number][], converted: [] as BindingReport['converted'][number][], ignored: [] as BindingReport['ignored'][number][] }
  return {
    refuse(code, path, message, about = {}) {
      if (issues.length < mostIssues) issues.push({ code, path, message, ...about })
      if (issues.length === mostIssues) issues.push({ code, path: [], message: `There is more that is wrong than these ${mostIssues}. Mend them and try again.` })
    },
    mapped: (twin, role, as) => { report.mapped.push({ twin, role, as }) },
    defaulted: (twin, property, value, why) => { report.defaulted.push({ twin, property, value, why }) },
    converted: (twin, property, from, to) => { report.converted.push({ twin, property, from, to }) },
    ignored: (twin, what, why) => { report.ignored.push({ twin, what, why }) },
    issues, report,
  }
}
