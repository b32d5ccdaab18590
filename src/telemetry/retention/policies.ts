import type { Registry } from '../../model/registry.ts'
import type { Invalid, NotFound } from '../../problem.ts'
import { done, refused, type Result } from '../../util/result.ts'
import type { Microseconds } from '../reading.ts'
import { parsePolicy, type PolicyStore, type PolicyTerms, readPolicies } from './policy.ts'

/** How long telemetry is kept, as clients set it; the next round acts on it. */
export interface Policies {
  /** Resolves to the policy's id. */
  set(terms: PolicyTerms): Promise<Result<string, NotFound | Invalid>>
  remove(model: string, telemetry: string | null): Promise<Result<undefined, NotFound>>
  /** The shortest time that readings are kept; undefined where all are kept for ever. */
  shortestKeep(): Promise<Microseconds | undefined>
}

export function createPolicies(store: PolicyStore, registry: () => Registry): Policies {
  return {
    async set(terms) {
      const parsed = parsePolicy(terms, registry())
      return parsed.ok ? done(await store.set(terms)) : parsed
    },
    async shortestKeep() {
      const kept = readPolicies(await store.load(), registry()).flatMap(({ keep }) => keep ?? [])
      return kept.length === 0 ? undefined : Math.min(...kept)
    },
    async remove(model, telemetry) {
      if (await store.remove(model, telemetry)) return done(undefined)
      const message = `There is no policy for ${telemetry === null ? 'all telemetry' : JSON.stringify(telemetry)} of ${JSON.stringify(model)}. telemetryPolicies lists those there are.`
      return refused({ kind: 'NotFound', code: 'NOT_FOUND', message, path: ['model'], id: model })
    },
  }
}
