import type { Delivery } from '../message.ts'
import { parseLossless } from '../parse-lossless.ts'
import type { Quarantined } from '../quarantine-store.ts'
import { createDecoder } from './decoder.ts'
import type { SourceDefinition } from './definition.ts'
import type { Mapper } from './mapping.ts'

/** Reads what a source delivered as the sources file says by now; without a source it is JSON. Throws an Error that says what is wrong. */
export function createRawReader(sources: readonly SourceDefinition[], mapper: Mapper): (entry: Pick<Quarantined, 'source' | 'topic' | 'payload'>) => Promise<readonly Delivery[]> {
  return async ({ source, topic, payload }) => {
    if (source === null || topic === null) return [{ body: parseLossless(payload) }]
    const definition = sources.find(({ id }) => id === source)
    if (!definition) throw new Error(`The sources file has no source ${JSON.stringify(source)} any more. Add it again, or discard the reading.`)
    const [decoded] = await createDecoder(definition.subscriptions, mapper)([{ topic, payload: Buffer.from(payload), properties: new Map(), acknowledge: undefined }])
    if (!decoded || decoded.refusal !== undefined) throw new Error(decoded?.refusal ?? 'It could not be read.')
    return decoded.bodies.map((body) => ({ body, source, topic }))
  }
}
