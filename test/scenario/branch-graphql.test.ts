import { afterAll, beforeAll, expect, test } from 'vitest'
import { plantModels } from '../domain/plant.ts'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'

let app: TestApp
beforeAll(async () => {
  app = await openTestApp()
  await app.data('mutation ($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: plantModels })
  await app.data(`mutation { createTwins(twins: [
    { id: "z", model: "dtmi:plant:Zone;1", properties: { name: "hall" } }
    { id: "p", model: "dtmi:plant:Pump;1", properties: { name: "one", ratedFlow: 2 }, components: { motor: { power: 1 } }, relationships: [{ name: "partOf", to: "z", id: "1" }] }
  ]) { __typename } }`)
  await app.data('mutation { createScenario(name: "what if") { __typename } }')
})
afterAll(() => app[Symbol.asyncDispose]())

const mutate = async (field: string, selection: string): Promise<Data> => Object.values(await app.data(`mutation { ${field} { __typename ${selection} ... on Problem { code message path } } }`))[0] as Data

test('every mutation of twins and relationships takes a scenario, answers what is there, and leaves the base alone', async () => {
  expect(await mutate('createTwins(scenario: "what-if", twins: [{ id: "q", model: "dtmi:plant:Pump;1", properties: { name: "two" }, relationships: [{ name: "feeds", to: "p", id: "1" }] }])',
    '... on CreateTwinsSuccess { twins { _id _version ... on Pump { name feeds { _id name } motor { power } } } }'))
    .toMatchObject({ __typename: 'CreateTwinsSuccess', twins: [{ _id: 'q', _version: 1, name: 'two', feeds: [{ _id: 'p', name: 'one' }] }] })
  expect(await mutate('updateTwin(scenario: "what-if", id: "p", patch: { name: "uno", motor: { power: 9 } }, ifVersion: 1)', '... on UpdateTwinSuccess { twin { _id _version ... on Pump { name ratedFlow motor { power } partOf { _id } } } }'))
    .toMatchObject({ __typename: 'UpdateTwinSuccess', twin: { _version: 2, name: 'uno', ratedFlow: 2, motor: { power: 9 }, partOf: [{ _id: 'z' }] } })
  expect(await mutate('createPump(scenario: "what-if", id: "r", properties: { name: "three" })', '... on CreateTwinSuccess { twin { _id ... on Pump { name } } }')).toMatchObject({ twin: { _id: 'r', name: 'three' } })
  expect(await mutate('updatePump(scenario: "what-if", id: "r", properties: { name: "tres" })', '... on UpdateTwinSuccess { twin { _version ... on Pump { name } } }')).toMatchObject({ twin: { _version: 2, name: 'tres' } })
  expect(await mutate('relate(scenario: "what-if", relationships: [{ from: "p", name: "feeds", to: "r", id: "7" }])', '... on RelateSuccess { relationships { from to version } }')).toMatchObject({ relationships: [{ from: 'p', to: 'r', version: 1 }] })
  expect(await mutate('updateRelationship(scenario: "what-if", from: "p", name: "partOf", id: "1", patch: { share: 0.5 })', '... on UpdateRelationshipSuccess { relationship { version } }')).toMatchObject({ relationship: { version: 2 } })
  expect(await mutate('unrelate(scenario: "what-if", relationships: [{ from: "p", name: "feeds", to: "r" }])', '... on UnrelateSuccess { relationships { id } }')).toMatchObject({ relationships: [{ id: '7' }] })
  expect(await mutate('deleteTwins(scenario: "what-if", ids: ["r"])', '... on DeleteTwinsSuccess { ids }')).toMatchObject({ ids: ['r'] })

  const question = '{ _id _version ... on Pump { name motor { power } feeds { _id } partOfConnection { edges { node { _id } properties { share } } } } }'
  expect(await app.data(`{ base: twins(sort: [{ _id: ASC }]) ${question} branch: twins(scenario: "what-if", sort: [{ _id: ASC }]) ${question} }`)).toEqual({
    base: [
      { _id: 'p', _version: 1, name: 'one', motor: { power: 1 }, feeds: [], partOfConnection: { edges: [{ node: { _id: 'z' }, properties: { share: null } }] } },
      { _id: 'z', _version: 1 },
    ],
    branch: [
      { _id: 'p', _version: 2, name: 'uno', motor: { power: 9 }, feeds: [], partOfConnection: { edges: [{ node: { _id: 'z' }, properties: { share: 0.5 } }] } },
      { _id: 'q', _version: 1, name: 'two', motor: { power: null }, feeds: [{ _id: 'p' }], partOfConnection: { edges: [] } },
      { _id: 'z', _version: 1 },
    ],
  })
})

test('a scenario on an instant writes on what was then, and answers from there', async () => {
  const before = (await app.data('mutation { updateTwin(id: "z", patch: { rank: 1 }) { __typename ... on UpdateTwinSuccess { twin { _version } } } }'))['updateTwin'] as Data
  expect(before['twin']).toMatchObject({ _version: 2 })
  const { changes } = await app.data('{ changes(first: 100) { edges { node { at } } } }')
  const last = ((changes as Data)['edges'] as readonly Data[]).at(-1)?.['node'] as Data
  expect(await mutate(`createScenario(name: "then", base: ${JSON.stringify(last['at'])})`, '')).toMatchObject({ __typename: 'CreateScenarioSuccess' })
  await app.data('mutation { updateTwin(id: "z", patch: { rank: 2, name: "later" }) { __typename } }')
  expect(await mutate('updateTwin(scenario: "then", id: "z", patch: { rank: 7 }, ifVersion: 2)', '... on UpdateTwinSuccess { twin { _version ... on Zone { name rank } } }'))
    .toMatchObject({ twin: { _version: 3, name: 'hall', rank: 7 } })
})

test('a scenario that never was, or ended, is said to be so', async () => {
  const patch = (scenario: string): Promise<Data> => mutate(`updateTwin(scenario: ${JSON.stringify(scenario)}, id: "p", patch: { name: "x" })`, '')
  expect(await patch('nowhere')).toMatchObject({ __typename: 'NotFound', code: 'NOT_FOUND', path: ['scenario'] })
  for (const field of ['createTwins(scenario: "nowhere", twins: [])', 'deleteTwins(scenario: "nowhere", ids: [])', 'relate(scenario: "nowhere", relationships: [])', 'unrelate(scenario: "nowhere", relationships: [])', 'createPump(scenario: "nowhere", id: "x")']) {
    expect(await mutate(field, '')).toMatchObject({ __typename: 'NotFound', path: ['scenario'] })
  }
  await app.data('mutation { createScenario(name: "short") { __typename } discardScenario(id: "short") { __typename } }')
  expect(await patch('short')).toMatchObject({ __typename: 'Conflict', code: 'SCENARIO_NOT_OPEN', message: 'The scenario "short" was discarded. Nothing can be written into it: write into the base, or create another scenario.', path: ['scenario'] })
})
