import type { Json } from '../../util/json.ts'

/** What binding makes for a program: the program half reads it back, and sends it on. */
export type ExternalInput = {
  readonly parameters: { readonly [name: string]: Json }
  readonly twins: readonly { readonly id: string; readonly model: string; readonly role: string; /** By the names of the engines file, in its units. */ readonly properties: { readonly [name: string]: Json } }[]
  readonly relationships: readonly { readonly id: string; readonly name: string; readonly from: string; readonly to: string; readonly properties: { readonly [name: string]: Json } }[]
  /** Telemetry that is sent; `value × scale + shift` is in the program's unit. */
  readonly inputs: readonly { readonly twin: string; readonly name: string; readonly scale: number; readonly shift: number }[]
  readonly outputs: readonly { readonly twin: string; readonly name: string }[]
  /** Properties that can be turned; settings are in the unit of the twin's model, and `value × scale + shift` is in the program's. */
  readonly knobs: readonly { readonly twin: string; readonly property: string; readonly scale: number; readonly shift: number }[]
  readonly kpis: readonly string[]
}
