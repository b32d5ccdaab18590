import { failure } from '../../errors.ts'
import type { Registry } from '../../model/registry.ts'
import { nearest } from '../../util/nearest.ts'
import type { TelemetryService } from '../telemetry-service.ts'
import type { ReadingChoice } from './reading-choice.ts'

export const mostTwins = 10_000
const mostSeries = 1_000
const shown = 5

/** Fails with BAD_USER_INPUT where a twin or series is named that there is not; with STORE_UNAVAILABLE. */
export async function checkChoice({ twins, series, sources }: ReadingChoice, directory: TelemetryService['directory'], registry: Registry): Promise<void> {
  if (sources.length === 0) throw failure('BAD_USER_INPUT', { message: '`sources` is empty: no reading is of no source. Leave it out for what was measured.' })
  if (twins) await checkTwins(twins, directory)
  if (!series) return
  if (series.length === 0 || series.length > mostSeries) throw failure('BAD_USER_INPUT', { message: `\`series\` has ${series.length} names; give 1 to ${mostSeries}, or leave it out for all.` })
  const names = twins ? new Set(twins.flatMap((id) => directory.channelsOf(id)?.names() ?? [])) : namesOfModels(registry)
  const unknown = series.filter((name) => !names.has(name))
  const [first] = unknown
  if (first === undefined) return
  const near = nearest(first, names)
  const whose = twins ? 'None of the twins' : 'No model'
  throw failure('BAD_USER_INPUT', { message: `${whose} has telemetry named ${listed(unknown)}.${near === undefined ? '' : ` Did you mean ${near}?`}`, details: { series: unknown.slice(0, 100) } })
}

async function checkTwins(twins: readonly string[], directory: TelemetryService['directory']): Promise<void> {
  if (twins.length === 0 || twins.length > mostTwins) throw failure('BAD_USER_INPUT', { message: `\`twins\` has ${twins.length} ids; give 1 to ${mostTwins}, or leave it out for all.` })
  await directory.prepare(twins)
  const unknown = twins.filter((id) => !directory.channelsOf(id))
  if (unknown.length > 0) throw failure('BAD_USER_INPUT', { message: `\`twins\` names what is no twin: ${listed(unknown)}.`, details: { twins: unknown.slice(0, 100) } })
}

const listed = (names: readonly string[]): string =>
  `${names.slice(0, shown).map((name) => JSON.stringify(name.slice(0, 100))).join(', ')}${names.length > shown ? ` and ${names.length - shown} more` : ''}`

/** As they are sent: a component's with its name in front. */
function namesOfModels(registry: Registry): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { contents } of registry.models.values()) {
    for (const content of contents.values()) {
      if (content.kind === 'Telemetry') names.add(content.name)
      if (content.kind !== 'Component') continue
      for (const inner of registry.get(content.schema)?.contents.values() ?? []) if (inner.kind === 'Telemetry') names.add(`${content.name}.${inner.name}`)
    }
  }
  return names
}
