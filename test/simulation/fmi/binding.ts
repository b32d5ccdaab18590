import { expect } from 'vitest'
import { fmiBuild } from '../../../src/adapters/fmi/build.ts'
import { checkParameters } from '../../../src/simulation/check-parameters.ts'
import type { Bound, ContentFacts, RunWindow, Unbound } from '../../../src/simulation/engine.ts'
import { createFmiEngine } from '../../../src/simulation/fmi/engine.ts'
import type { FmiInput } from '../../../src/simulation/fmi/program-input.ts'
import type { Network, NetworkTwin } from '../../../src/simulation/network.ts'
import type { Json } from '../../../src/util/json.ts'
import type { Fmu } from './fmus.ts'

export const engine = createFmiEngine({ build: fmiBuild() })

const float = (content: ContentFacts['content'], unit?: string): ContentFacts => ({ content, kind: 'float', unit })

/** What the models of the test's twins say, by the last part of their DTMI. */
const contents: Readonly<Record<string, Readonly<Record<string, ContentFacts>>>> = {
  Tank: {
    level: float('Telemetry', 'metre'), levelCm: float('Telemetry', 'centimetre'), inflow: float('Telemetry', 'litrePerSecond'), full: { content: 'Telemetry', kind: 'boolean', unit: undefined },
    note: { content: 'Telemetry', kind: 'text', unit: undefined }, area: float('Property', 'squareFoot'), leak: float('Property'), height: float('Property', 'metre'), name: { content: 'Property', kind: 'text', unit: undefined },
  },
  Controller: { open: { content: 'Telemetry', kind: 'boolean', unit: undefined }, switches: { content: 'Telemetry', kind: 'integer', unit: undefined }, seen: float('Telemetry') },
  Thing: { x: float('Telemetry'), y: float('Telemetry'), count: { content: 'Telemetry', kind: 'integer', unit: undefined } },
}

export const twin = (id: string, model: string, properties: NetworkTwin['properties'] = {}): NetworkTwin => ({ id, model: `dtmi:test:${model};1`, properties })

export interface BindSpec {
  readonly twins?: readonly NetworkTwin[]
  readonly relationships?: readonly { readonly name: string; readonly from: string; readonly to: string }[]
  readonly fmus?: readonly Fmu[]
  readonly parameters: Json
  readonly window?: RunWindow
  readonly latest?: ReadonlyMap<string, number>
}

export const second = 1_000_000

/** Binds as a mutation does: parameters by their schema first. */
export function bind({ twins = [twin('thing-1', 'Thing')], relationships = [], fmus = [], parameters, window = { from: 0, horizon: 10 * second, step: second }, latest = new Map() }: BindSpec): Bound | Unbound {
  const checked = checkParameters(engine.describe().parameters, parameters)
  if (!checked.ok) throw new Error(JSON.stringify(checked.issues))
  const network: Network = { twins, relationships: relationships.map((each, index) => ({ id: `r${index}`, properties: {}, ...each })) }
  const modelOf = new Map(twins.map(({ id, model }) => [id, /:(\w+);/.exec(model)?.[1] ?? '']))
  return engine.bind({
    network, window, latest, parameters: checked.parameters, artifacts: new Map(fmus.map(({ sha256, bytes }) => [sha256, bytes])),
    contentOf: (id, name) => contents[modelOf.get(id) ?? '']?.[name],
  })
}

export function bound(spec: BindSpec): Bound & { readonly program: FmiInput } {
  const outcome = bind(spec)
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.issues, undefined, 2))
  expect(JSON.parse(JSON.stringify(outcome.input))).toEqual(outcome.input) // it is kept and hashed as JSON
  return { ...outcome, program: outcome.input as unknown as FmiInput }
}

/** Code and path of every issue. */
export function issuesOf(spec: BindSpec): readonly string[] {
  const outcome = bind(spec)
  return outcome.ok ? [] : outcome.issues.map(({ code, path, message }) => `${code} ${path.slice(1).join('.')}: ${message}`)
}
