/** A twin as `createTwins` takes it. Relationships start at the twin. */
export interface TwinInput {
  readonly id: string
  /** DTMI of its model. */
  readonly model: string
  readonly properties: Readonly<Record<string, unknown>>
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly relationships: readonly RelationshipInput[]
}

export interface RelationshipInput {
  readonly name: string
  readonly to: string
  readonly id?: string
  readonly properties?: Readonly<Record<string, unknown>>
}

export type ModelName = 'District' | 'Reservoir' | 'Tank' | 'Junction' | 'Pipe' | 'Pump' | 'Valve' | 'Sensor'

export const dtmiOf = (model: ModelName): string => `dtmi:watertown:${model};1`
