import { failure } from '../errors.ts'
import type { Instants } from '../history/instants.ts'
import type { Registry } from '../model/registry.ts'
import type { Scenario, ScenarioBook } from '../scenario/scenario.ts'
import { parseInstant } from '../telemetry/instant.ts'
import { nearest } from '../util/nearest.ts'
import { createDiff, type Diff, type DiffScope } from './diff.ts'
import type { TwoGraphs } from './state.ts'

/** What clients ask for: two instants, or a scenario. */
export interface DiffArguments {
  readonly from?: string | null
  readonly to?: string | null
  readonly scenario?: string | null
  readonly of?: readonly string[] | null
  readonly models?: readonly string[] | null
}

export interface Compared extends Diff {
  /** The instants, in ms since 1970; undefined of a scenario. */
  readonly from: number | undefined
  readonly to: number | undefined
  readonly scenario: string | undefined
}

export interface DiffService {
  /** Fails with BAD_USER_INPUT: neither two instants nor a scenario; an instant that cannot be read; a scenario or a model that there is not. */
  compare(given: DiffArguments, signal?: AbortSignal): Promise<Compared>
}

export interface DiffServiceConfig {
  readonly instants: Pick<Instants, 'settle'>
  readonly scenarios: ScenarioBook
  registry(): Registry
  instantGraphs(instants: { readonly from: number; readonly to: number }): TwoGraphs
  scenarioGraphs(scenario: Scenario, parent: Scenario | undefined): TwoGraphs
}

const mostOf = 1_000

export function createDiffService({ instants, scenarios, registry, instantGraphs, scenarioGraphs }: DiffServiceConfig): DiffService {
  const between = async (fromText: string, toText: string, signal: AbortSignal | undefined): Promise<{ readonly from: number; readonly to: number }> => {
    const [from, to] = [instantOf('from', fromText), instantOf('to', toText)]
    if (from > to) throw failure('BAD_USER_INPUT', { message: `from, ${fromText}, is later than to, ${toText}. Exchange them.` })
    for (const at of [from, to]) await instants.settle(at, signal)
    return { from, to }
  }
  const open = async (id: string, signal: AbortSignal | undefined): Promise<Scenario> => {
    const scenario = await scenarios.find(id, signal)
    if (!scenario) throw failure('BAD_USER_INPUT', { message: `There is no scenario ${JSON.stringify(id.slice(0, 80))}. The field scenarios lists those there are.` })
    if (scenario.state !== 'OPEN') throw failure('BAD_USER_INPUT', { message: `The scenario ${JSON.stringify(id.slice(0, 80))} was ${scenario.state.toLowerCase()} and holds nothing any more. Compare instants before and after.` })
    return scenario
  }
  return {
    async compare({ from, to, scenario: id, of, models }, signal) {
      const scope = scopeOf(of, models, registry())
      if (typeof id === 'string' && typeof from !== 'string' && typeof to !== 'string') {
        const scenario = await open(id, signal)
        const parent = scenario.parent === undefined ? undefined : await scenarios.find(scenario.parent, signal)
        return { from: undefined, to: undefined, scenario: id, ...createDiff(scenarioGraphs(scenario, parent), scope, registry()) }
      }
      if (typeof id === 'string' || typeof from !== 'string' || typeof to !== 'string') {
        throw failure('BAD_USER_INPUT', { message: 'diff compares two instants, `from` and `to`, or a `scenario` with what it branches off from. Give both instants, or the scenario alone.' })
      }
      const times = await between(from, to, signal)
      return { ...times, scenario: undefined, ...createDiff(instantGraphs(times), scope, registry()) }
    },
  }
}

/** Commits have whole milliseconds: the last one at or before the instant. */
function instantOf(argument: string, text: string): number {
  const instant = parseInstant(text)
  if (instant === undefined) throw failure('BAD_USER_INPUT', { message: `\`${argument}\` is ${JSON.stringify(text.slice(0, 80))}, which no history reaches: give an instant such as "2026-03-01T06:30:00Z".` })
  return Math.floor(instant / 1_000)
}

function scopeOf(of: readonly string[] | null | undefined, models: readonly string[] | null | undefined, registry: Registry): DiffScope {
  if (of && of.length > mostOf) throw failure('BAD_USER_INPUT', { message: `\`of\` has ${of.length} twins; give at most ${mostOf.toLocaleString('en')}.` })
  for (const model of models ?? []) {
    if (registry.get(model)) continue
    const near = nearest(model, registry.models.keys())
    throw failure('BAD_USER_INPUT', { message: `The model ${JSON.stringify(model.slice(0, 100))} is not published.${near ? ` Did you mean ${near}?` : ''}` })
  }
  return { of: of ? new Set(of) : undefined, models: models ?? undefined }
}
