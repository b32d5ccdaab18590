import type { IResolvers } from '@graphql-tools/utils'
import type { Context } from '../src/graphql/context.ts'
import type { OverrideInput } from '../src/scenario/decide-overrides.ts'
import type { Override } from '../src/scenario/override.ts'
import { formatInstant } from '../src/telemetry/instant.ts'
import type { Microseconds } from '../src/telemetry/reading.ts'

interface OverrideArguments {
  readonly scenario: string
  readonly overrides: readonly OverrideInput[]
  readonly idempotencyKey?: string | null
}

export const telemetryOverrideResolvers: IResolvers<unknown, Context> = {
  Mutation: {
    async overrideTelemetry(_, { scenario: id, overrides, idempotencyKey }: OverrideArguments, { services, principal, signal }) {
      const scenario = await services.scenarios.find(id, signal)
      if (!scenario) return { kind: 'NotFound', code: 'NOT_FOUND', message: `There is no scenario ${JSON.stringify(id.slice(0, 80))}. Check the id, or create it first.`, id, path: ['scenario'] }
      const written = await services.telemetry.override(scenario, overrides, { actor: principal.subject, idempotencyKey }, signal)
      return written.ok ? { kind: 'OverrideTelemetrySuccess', ...written.value } : written.problem
    },
  },
  TelemetryOverride: {
    kind: ({ change }: Override) => change.kind,
    constant: ({ change, series }: Override) => (change.kind !== 'CONSTANT' ? null : series.kind === 'json' ? JSON.parse(String(change.value)) as unknown : typeof change.value === 'bigint' ? plain(change.value) : change.value),
    factor: ({ change }: Override) => (change.kind === 'FACTOR' ? change.factor : null),
    readings: ({ change }: Override) => (change.kind === 'SERIES' ? change.readings : null),
    firstAt: ({ change }: Override) => (change.kind === 'SERIES' ? toText(change.first) : null),
    lastAt: ({ change }: Override) => (change.kind === 'SERIES' ? toText(change.last) : null),
    setAt: ({ setAt }: Override) => new Date(setAt).toISOString(),
  },
}

const toText = (at: Microseconds | undefined): string | null => (at === undefined ? null : formatInstant(at))

/** JSON has numbers that clients read without loss, and text for the others. */
const plain = (value: bigint): number | string => (Number.isSafeInteger(Number(value)) ? Number(value) : String(value))
