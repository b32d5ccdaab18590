import type { TestApp } from '../support/app.ts'

const context = ['dtmi:dtdl:context;3', 'dtmi:dtdl:extension:quantitativeTypes;1']
const property = (name: string, schema: string): object => ({ '@type': 'Property', name, schema })

/** Zones, and pumps and valves in them that feed each other. */
export const townModels: readonly object[] = [
  { '@context': context, '@id': 'dtmi:live:Zone;1', '@type': 'Interface', contents: [property('name', 'string'), { '@type': 'Relationship', name: 'within', target: 'dtmi:live:Zone;1' }] },
  {
    '@context': context, '@id': 'dtmi:live:Asset;1', '@type': 'Interface',
    contents: [property('status', 'string'), property('name', 'string'), property('rank', 'integer'), { '@type': 'Relationship', name: 'partOf', target: 'dtmi:live:Zone;1' }, { '@type': 'Relationship', name: 'feeds', target: 'dtmi:live:Asset;1', properties: [property('share', 'double')] }],
  },
  { '@context': context, '@id': 'dtmi:live:Motor;1', '@type': 'Interface', contents: [property('power', 'double')] },
  {
    '@context': context, '@id': 'dtmi:live:Pump;1', '@type': 'Interface', extends: 'dtmi:live:Asset;1',
    contents: [{ '@type': ['Telemetry', 'VolumeFlowRate'], name: 'flow', schema: 'double', unit: 'litrePerSecond' }, { '@type': 'Component', name: 'motor', schema: 'dtmi:live:Motor;1' }],
  },
  { '@context': context, '@id': 'dtmi:live:Valve;1', '@type': 'Interface', extends: 'dtmi:live:Asset;1', contents: [property('opening', 'double')] },
]

export const townTwins: readonly object[] = [
  { id: 'z1', model: 'dtmi:live:Zone;1', properties: { name: 'North' } },
  { id: 'z2', model: 'dtmi:live:Zone;1', properties: { name: 'South' } },
  ...[1, 2, 3].map((n) => ({ id: `p${n}`, model: 'dtmi:live:Pump;1', properties: { status: 'OK', rank: n }, relationships: [{ name: 'partOf', to: 'z1' }, ...(n > 1 ? [{ name: 'feeds', to: `p${n - 1}` }] : [])] })),
  { id: 'p4', model: 'dtmi:live:Pump;1', properties: { status: 'DOWN', rank: 0 } },
]

/** Sends a mutation, and throws where it was refused. */
export async function mutate(app: TestApp, field: string, variables: Readonly<Record<string, unknown>> = {}, declared = ''): Promise<void> {
  const data = await app.data(`mutation ${declared} { ${field} { __typename ... on Problem { code message } } }`, variables)
  const [result] = Object.values(data) as readonly { readonly __typename: string }[]
  if (!result?.__typename.endsWith('Success')) throw new Error(JSON.stringify(result))
}

export const update = (app: TestApp, id: string, patch: object): Promise<void> => mutate(app, 'updateTwin(id: $id, patch: $patch)', { id, patch }, '($id: ID!, $patch: JSON!)')
export const relate = (app: TestApp, from: string, name: string, to: string): Promise<void> => mutate(app, 'relate(relationships: [{ from: $from, name: $name, to: $to }])', { from, name, to }, '($from: ID!, $name: String!, $to: ID!)')
export const unrelate = (app: TestApp, from: string, name: string, to: string): Promise<void> => mutate(app, 'unrelate(relationships: [{ from: $from, name: $name, to: $to }])', { from, name, to }, '($from: ID!, $name: String!, $to: ID!)')
