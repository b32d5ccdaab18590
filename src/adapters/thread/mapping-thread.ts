import { parentPort } from 'node:worker_threads'
import { createMapping, type Mapping, type MappingJob, mappingLimits } from '../../telemetry/source/mapping.ts'
import { no, type Read } from '../../telemetry/source/payload.ts'

/** Runs the jobs it is sent one after the other, and answers each by itself, so that the other side knows which one it is at. Values go as JSON text. */
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

/** '' for undefined. */
const toText = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? rawJSON(String(each)) : each)) ?? '')

parentPort?.on('message', (jobs: readonly MappingJob[]) => {
  void (async () => {
    for (const job of jobs) parentPort?.postMessage(await run(job))
  })()
})
parentPort?.postMessage('ready')
