import { readFile } from 'node:fs/promises'
import { CountType, type Project, QualityType, TimeParameter, Option } from 'epanet-js'
import { knobKey } from '../../simulation/engine.ts'
import { EngineError, type EngineProgram, type Kpis, type OpenModel, type OpenRequest, type RunContext, type Setting } from '../../simulation/engine-program.ts'
import type { EpanetInput } from '../../simulation/epanet/input.ts'
import { decodeInp } from '../../simulation/epanet/inp/decode-inp.ts'
import { writeInp } from '../../simulation/epanet/inp/write-inp.ts'
import { applySettings } from './apply-settings.ts'
import { type BaseState, readBaseState } from './base-state.ts'
import { createDiagnosis } from './diagnosis.ts'
import { createLinks } from './links.ts'
import { createLiveInterventions } from './live-interventions.ts'
import { openProjectFile } from './project-file.ts'
import { type Column, createReader, createSolution, toColumns } from './readings.ts'
import { stepThrough } from './stepper.ts'
import { synchronize } from './synchronizer.ts'
import { createTally } from './tally.ts'
import { abandon, loadToolkit, toEngineError } from './toolkit.ts'
import { openValues, type Values } from './values.ts'

/** EPANET 2.3, in this thread. */
export const program: EngineProgram = { open }

async function open(request: OpenRequest): Promise<OpenModel> {
  const input = request.input as unknown as EpanetInput // `bind` made it
  const content = await contentOf(input, request)
  request.signal.throwIfAborted()
  let model: Loaded | undefined = await load(content, input)
  let before: ReadonlySet<string> = new Set()
  let isClean = true

  return {
    async run(settings, context) {
      const keys = new Set(settings.map(({ variable }) => knobKey(variable)))
      if (!isClean || !before.isSubsetOf(keys)) close() // what the last run set and this one does not is as it was
      before = keys
      isClean = false
      const { project, base, columns, values } = model ??= await load(content, input)
      try {
        const kpis = await run({ ...request, input, columns, values }, project, base, settings, context)
        project.closeH()
        isClean = input.assimilation === null // which leaves the levels and states that it saw last
        return kpis
      } catch (error) {
        if (!context.signal.aborted) abandon(close)
        throw toEngineError(error)
      }
    },
    close,
  }

  function close(): void {
    const last = model
    model = undefined
    last?.close()
  }
}

interface Loaded {
  readonly project: Project
  readonly base: BaseState
  readonly columns: readonly Column[]
  readonly values: Values
  close(): void
}

async function load(content: string, input: EpanetInput): Promise<Loaded> {
  const { project, close } = openProjectFile(await loadToolkit(), content, input)
  try {
    const values = openValues(project, { nodes: project.getCount(CountType.NodeCount), links: project.getCount(CountType.LinkCount) })
    const base = prepare(project, input)
    return { project, base, values, columns: toColumns(input, base, values), close: () => { values.close(); close() } }
  } catch (error) {
    abandon(close)
    throw toEngineError(error)
  }
}

async function contentOf({ model }: EpanetInput, { artifacts }: OpenRequest): Promise<string> {
  if (model.kind === 'TWINS') return writeInp(model.network)
  const path = artifacts.get(model.sha256)
  if (path === undefined) throw new EngineError('INPUTS_GONE', `The artifact ${model.sha256} is not there any more. Upload it again.`)
  return decodeInp(await readFile(path))
}

/** Options and times: the same for all runs. */
function prepare(project: Project, input: EpanetInput): BaseState {
  const { times: { duration, step, hydraulicStep, clock }, options: { demandModel, leakExponent, quality, controls }, elements } = input
  const set = (parameter: number, value: number): void => { project.setTimeParameter(parameter, value) }
  if (clock) {
    // A file's patterns are at PatternStart when its clock shows StartTime.
    const [patternStart, startTime] = [project.getTimeParameter(TimeParameter.PatternStart), project.getTimeParameter(TimeParameter.StartTime)]
    set(TimeParameter.PatternStart, (patternStart + clock.ofWeek - startTime + week) % week)
    set(TimeParameter.StartTime, clock.ofDay)
  }
  set(TimeParameter.Duration, duration)
  set(TimeParameter.ReportStart, 0)
  set(TimeParameter.ReportStep, step)
  if (hydraulicStep !== null) set(TimeParameter.HydStep, hydraulicStep)
  if (leakExponent !== null) project.setOption(Option.Emitexpon, leakExponent)
  if (demandModel?.kind === 'PDA') project.setDemandModel(1, demandModel.minimum, demandModel.required, demandModel.exponent)
  else if (demandModel) project.setDemandModel(0, 0, 0.1, 0.5)
  if (quality.kind === 'AGE') project.setQualityType(QualityType.Age, '', '', '')
  else if (quality.kind === 'TRACE') project.setQualityType(QualityType.Trace, '', '', elements[quality.node]?.id ?? '')
  else project.setQualityType(QualityType.None, '', '', '')
  const base = readBaseState(project, input)
  if (!controls) disableControls(project)
  return base
}

const week = 7 * 86_400

function disableControls(project: Project): void {
  for (let control = project.getCount(CountType.ControlCount); control > 0; control -= 1) project.setControlEnabled(control, 0)
  for (let rule = project.getCount(CountType.RuleCount); rule > 0; rule -= 1) project.setRuleEnabled(rule, 0)
}

type Opened = Omit<OpenRequest, 'input'> & { readonly input: EpanetInput; readonly columns: readonly Column[]; readonly values: Values }

async function run({ input, series, window, columns, values: present }: Opened, project: Project, base: BaseState, settings: readonly Setting[], context: RunContext): Promise<Kpis> {
  const links = createLinks(project, base)
  const applied = applySettings(project, input, base, links, settings)
  const demands = new Map([...base.demands].map(([node, categories]) => [node, categories.map((demand, at) => (at === 0 ? applied.demands.get(node) ?? demand : demand))]))
  const interventions = createLiveInterventions(project, input, { ...base, demands }, links, applied.emitters)
  const solution = createSolution(present)
  const tally = createTally(input, base, solution, { leaks: base.leaks || applied.emitters.some((value) => value > 0), hasAge: input.options.quality.kind === 'AGE' })
  const [reader, diagnose] = [createReader(columns, base, solution), createDiagnosis(project, input, base, solution, (warning) => { context.warn(warning) })]
  const values = new Float64Array(input.reads.length)
  const stepping = {
    project, input, interventions, tally, context,
    solved(warnings: ReadonlySet<number>) { solution.next(); if (warnings.size > 0) diagnose(warnings) },
    read() { reader(values); return values },
  }
  if (input.assimilation) await synchronize({ ...stepping, assimilation: input.assimilation, base, links, series, from: window.from })
  else await stepThrough(stepping)
  const kpis = tally.kpis()
  if (input.options.quality.kind !== 'NONE') project.closeQ()
  return kpis
}
