import { createMapping, type Mapping, type MappingJob, mappingLimits } from '../../telemetry/source/mapping.ts'
import { no, type Read } from '../../telemetry/source/payload.ts'

/**
 * The other end of mapper.ts: runs the jobs it is sent one after the other, and answers each by itself, so that the parent knows which one it is at.
 * What a mapping yields goes as JSON text, '' for undefined: JSONata's lists have members that are functions.
 */
const compiled = new Map<string, Mapping>()

async function run(job: MappingJob): Promise<Read<string>> {
  const mapping = compiled.get(job.expression) ?? createMapping(job.expression, mappingLimits)
  compiled.set(job.expression, mapping)
  const outcome = await mapping(job)
  if (!outcome.ok) return outcome
  try {
    return { ok: true, value: toText(outcome.value) }
  } catch (error) {
    return no(`What the mapping yields cannot be written as JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** In ECMAScript's "JSON.parse source text access", which Node has and TypeScript's library does not know yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }

const toText = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? rawJSON(String(each)) : each)) ?? '')

process.on('message', (jobs: readonly MappingJob[]) => {
  void (async () => {
    for (const job of jobs) process.send?.(await run(job))
  })()
})
process.on('disconnect', () => process.exit())
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined) // sent to the whole group; the parent may still need its mappings
process.send?.('ready')
