import { CountType, Project, type Workspace } from 'epanet-js'
import { EngineError } from '../../simulation/engine-program.ts'
import type { EpanetInput } from '../../simulation/epanet/input.ts'
import { abandon, hearing, toEngineError } from './toolkit.ts'

/** The toolkit's files lie in memory; this much of it we use. */
interface FileSystem {
  unlink(path: string): void
  analyzePath(path: string): { readonly exists: boolean }
}

export interface ProjectFile {
  readonly project: Project
  close(): void
}

let opened = 0

/** Opens an EPANET input file. Throws `EngineError`, with what EPANET's report says. */
export function openProjectFile(workspace: Workspace, content: string, input: EpanetInput): ProjectFile {
  opened += 1
  const [model, report, results] = [`${opened}.inp`, `${opened}.rpt`, `${opened}.out`]
  const files = (workspace.instance as { readonly FS: FileSystem }).FS // epanet-js keeps it to itself
  const project = new Project(workspace)
  const close = (): void => {
    try {
      project.close()
    } finally {
      for (const path of [model, report, results]) if (files.analyzePath(path).exists) files.unlink(path)
    }
  }
  try {
    workspace.writeFile(model, content)
    hearing(() => undefined, () => { project.open(model, report, results) })
    check(project, input)
    project.setStatusReport(0) // the report would grow from run to run
    project.setReport('MESSAGES NO')
    return { project, close }
  } catch (error) {
    const details = complaints(workspace, files, report)
    abandon(close)
    throw toEngineError(error, details)
  }
}

/** EPANET opens anything: what it has not understood shows in what is missing. */
function check(project: Project, { elements }: EpanetInput): void {
  const [nodes, links] = [project.getCount(CountType.NodeCount), project.getCount(CountType.LinkCount)]
  const expected = elements.filter(({ kind }) => kind === 'node').length
  if (nodes === expected && links === elements.length - expected) return
  throw new EngineError('BAD_MODEL', `EPANET reads ${nodes} nodes and ${links} links in the model, which has ${expected} and ${elements.length - expected}.`)
}

const mostDetails = 600

function complaints(workspace: Workspace, files: FileSystem, report: string): string {
  if (!files.analyzePath(report).exists) return ''
  const lines = workspace.readFile(report).split('\n').map((line) => line.trim())
  const said = lines.filter((line, index) => /^Error \d/.test(line) || /^Error \d/.test(lines[index - 1] ?? '')).join(' ')
  return said === '' ? '' : ` ${said.slice(0, mostDetails)}`
}
