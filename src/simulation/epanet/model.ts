import type { EpanetInput } from './input.ts'
import type { ModelUnits } from './units.ts'
import type { RoleName } from './vocabulary.ts'

/** What is computed with, however it came about: of twins, or of a file whose elements are named after twins. */
export interface BoundModel {
  readonly model: EpanetInput['model']
  readonly units: ModelUnits
  readonly elements: readonly ModelElement[]
  /** Of its emitters. */
  readonly leakExponent: number
  /** By which it says that demands are met. */
  readonly demandModel: DemandModelName
  /** Twin → index of its element. */
  readonly byTwin: ReadonlyMap<string, number>
  /** Indices of links that nothing but an event opens. */
  readonly held: readonly number[]
}

/** DDA: whatever the pressure; PDA: by it. */
export type DemandModelName = 'DDA' | 'PDA'

export interface ModelElement {
  readonly kind: 'node' | 'link'
  readonly id: string
  /** '' where none is named after it. */
  readonly twin: string
  readonly role: RoleName
  /** By our names, in the model's units. */
  readonly values: ReadonlyMap<string, number>
  /** Indices of a link's nodes. */
  readonly ends: readonly number[]
  readonly hasCheckValve: boolean
  /** Of valves. */
  readonly function: string | undefined
}
