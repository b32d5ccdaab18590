import type { Microseconds } from '../../telemetry/reading.ts'
import type { Instants } from './inference-task.ts'

/** How many rows a twin has. */
export function countInstants(instants: Exclude<Instants, { readonly kind: 'stream' }>): number {
  return instants.kind === 'at' ? 1 : Math.max(0, Math.ceil((instants.to - instants.from) / instants.every))
}

export function listInstants(instants: Exclude<Instants, { readonly kind: 'stream' }>): readonly Microseconds[] {
  if (instants.kind === 'at') return [instants.at]
  return Array.from({ length: countInstants(instants) }, (_, index) => instants.from + index * instants.every)
}
