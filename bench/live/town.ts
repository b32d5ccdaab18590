import { ask } from '../reads.ts'

export const groups = 1_000
export const perGroup = 5
const model = 'dtmi:live:Pump;1'
const document = {
  '@context': 'dtmi:dtdl:context;3', '@id': model, '@type': 'Interface',
  contents: [{ '@type': 'Property', name: 'area', schema: 'string' }, { '@type': 'Property', name: 'step', schema: 'integer' }],
}

const create = 'mutation ($twins: [TwinInput!]!) { createTwins(twins: $twins) { __typename ... on CreateTwinsSuccess { cursor } } }'

/** Pumps in areas of five, and the model they are of. Resolves to the cursor in front of them. */
export async function createTown(url: string): Promise<void> {
  await ask(url, 'mutation ($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: [document] })
  for (let start = 0; start < groups; start += 200) {
    const twins = Array.from({ length: 200 * perGroup }, (_, index) => ({ id: pumpId(start + Math.floor(index / perGroup), index % perGroup), model, properties: { area: areaOf(start + Math.floor(index / perGroup)), step: 0 } }))
    expectSuccess(await ask(url, create, { twins }))
  }
}

export const areaOf = (group: number): string => `area-${group}`
export const pumpId = (group: number, index: number): string => `pump-${group}-${index}`

/** So many twins more, in one mutation: as many changes at once. */
export async function createMore(url: string, name: string, count: number): Promise<void> {
  expectSuccess(await ask(url, create, { twins: Array.from({ length: count }, (_, index) => ({ id: `${name}-${index}`, model, properties: { area: 'elsewhere', step: 0 } })) }))
}

export async function setStep(url: string, id: string, step: number): Promise<void> {
  expectSuccess(await ask(url, 'mutation ($id: ID!, $step: Int!) { updatePump(id: $id, properties: { step: $step }) { __typename } }', { id, step }))
}

function expectSuccess(data: unknown): void {
  const text = JSON.stringify(data)
  if (!text.includes('Success"')) throw new Error(text.slice(0, 500))
}
