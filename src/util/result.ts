import type { Problem } from '../problem.ts'

/** The outcome of a command a correct client can be refused: a value, never a throw. */
export type Result<T, P extends Problem = Problem> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: P }

export const done = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value })

export const refused = <P extends Problem>(problem: P): { readonly ok: false; readonly problem: P } => ({ ok: false, problem })
