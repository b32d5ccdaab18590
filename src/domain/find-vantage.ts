import { failure } from '../errors.ts'
import type { Instants } from '../history/instants.ts'
import type { Scenario, ScenarioBook } from '../scenario/scenario.ts'
import { parseInstant } from '../telemetry/instant.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import type { CaughtUp } from './caught-up.ts'
import { presentVantage, type Vantage, type VantageArguments, type Vantages } from './vantage.ts'

export interface VantagesConfig {
  readonly instants: Pick<Instants, 'settle'>
  readonly scenarios: ScenarioBook
  readonly caughtUp: CaughtUp
}

export function createVantages({ instants, scenarios, caughtUp }: VantagesConfig): Vantages {
  const look = async ({ asOf, knownAt, scenario: id, atLeast }: VantageArguments, signal: AbortSignal | undefined): Promise<Vantage> => {
    if (typeof atLeast === 'string') await caughtUp(atLeast, signal)
    const scenario = typeof id === 'string' ? openScenario(id, await scenarios.find(id, signal)) : undefined
    const [valid, known] = [toMicroseconds('asOf', asOf), toMicroseconds('knownAt', knownAt)]
    for (const instant of [valid, known]) if (instant !== undefined) await instants.settle(toMilliseconds(instant), signal)
    return vantageOf(scenario, valid, known)
  }
  /** All fields of a request that ask for the same look from the same, and wait for it, or for its refusal, once. */
  const requests = new WeakMap<AbortSignal, Map<string, Promise<Vantage>>>()
  return {
    async find(given, signal) {
      if (!signal) return await look(given, signal)
      const request = requests.get(signal) ?? new Map<string, Promise<Vantage>>()
      requests.set(signal, request)
      const { asOf, knownAt, scenario, atLeast } = given
      const key = JSON.stringify([asOf, knownAt, scenario, atLeast])
      const found = request.get(key) ?? look(given, signal)
      request.set(key, found)
      return await found
    },
  }
}

/**
 * Changes of the graph hold from their commit on, and are known from then on: of several instants, the earliest counts. A scenario that branches off from an
 * instant sees nothing later.
 */
export function vantageOf(scenario: Pick<Scenario, 'base' | 'chain'> | undefined, valid?: Microseconds, known?: Microseconds): Vantage {
  const base = scenario?.base
  const instants = [valid, known].flatMap((instant) => (instant === undefined ? [] : [toMilliseconds(instant)]))
  const ends = [...(valid === undefined ? [] : [valid]), ...(base === undefined ? [] : [base * 1_000])]
  const earliest = base === undefined ? instants : [...instants, base]
  if (earliest.length === 0 && !scenario) return presentVantage
  return {
    at: earliest.length > 0 ? Math.min(...earliest) : undefined,
    chain: scenario?.chain ?? [],
    readingsUntil: ends.length > 0 ? Math.min(...ends) : undefined,
    knownUntil: known,
  }
}

function openScenario(id: string, scenario: Scenario | undefined): Scenario {
  const name = JSON.stringify(id.slice(0, 80))
  if (!scenario) throw failure('BAD_USER_INPUT', { message: `There is no scenario ${name}. The field scenarios lists those there are.` })
  if (scenario.state === 'OPEN') return scenario
  throw failure('SCENARIO_ENDED', { message: `The scenario ${name} ${endOf(scenario)}` })
}

/** How it ended, and where to look now. */
function endOf({ state, parent }: Scenario): string {
  if (state !== 'PROMOTED') return 'was discarded. Create another.'
  if (parent === undefined) return 'was promoted: what it changed is in the base. Leave out `scenario`.'
  return `was promoted: what it changed is in its parent, the scenario ${JSON.stringify(parent)}. Read that one.`
}

/** The journal counts milliseconds. */
const toMilliseconds = (instant: Microseconds): number => Math.floor(instant / 1_000)

function toMicroseconds(argument: string, text: string | null | undefined): Microseconds | undefined {
  if (typeof text !== 'string') return undefined
  const instant = parseInstant(text)
  if (instant === undefined) throw failure('BAD_USER_INPUT', { message: `\`${argument}\` is ${JSON.stringify(text)}, which no history reaches: give an instant such as "2026-03-01T06:30:00Z".` })
  return instant
}
