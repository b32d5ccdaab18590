import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Command } from '../../src/twin/command.ts'
import { listArguments, selections } from '../domain/arbitraries.ts'
import { plantModels } from '../domain/plant.ts'
import { queryText } from '../domain/query-text.ts'
import { plantCommand } from '../live/plant-commands.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { by, submit } from '../support/twins.ts'

/** Two plants: in one, things are done in scenarios; in the other, the same is done for good. */
let [plant, twin]: TestApp[] = []
const apps = (): readonly [TestApp, TestApp] => [plant as TestApp, twin as TestApp]

beforeAll(async () => {
  [plant, twin] = await Promise.all([openTestApp(), openTestApp()])
  for (const app of apps()) await app.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: plantModels })
})
afterAll(async () => { for (const app of apps()) await app[Symbol.asyncDispose]() })

const kinds = ['Zone', 'Asset', 'Pump', 'Valve'] as const
const aQuery = fc.constantFrom(...kinds).chain((kind) => fc.tuple(listArguments(kind, 2), selections(kind, 2)))
const vantage = { declared: '$scenario: ID', given: 'scenario: $scenario' }

const whole = `query ($scenario: ID) {
  twins(scenario: $scenario, sort: [{ _id: ASC }]) { _id _model __typename _properties _relationships { totalCount edges { node { _id name properties from { _id } to { _id } } } } }
  twinsConnection(scenario: $scenario, sort: [{ _id: DESC }], first: 2) { totalCount edges { node { _id __typename ... on Pump { motor { power } } } } pageInfo { hasNextPage } }
  assetsConnection(scenario: $scenario, where: { NOT: { weight: { lt: 1 } } }) { totalCount aggregate { count { nodes } node { weight { sum max } name { longest } } } }
  reached: twins(scenario: $scenario, within: { of: ["t1", "t2"], over: ["feeds", "partOf"], maxDepth: 3 }, sort: [{ _id: ASC }]) { _id }
  one: asset(scenario: $scenario, id: "t3") { _id name feedsConnection { totalCount edges { node { _id } properties { share } } } }
}`

const commands = (most: number): fc.Arbitrary<Command[]> => fc.array(plantCommand, { minLength: 4, maxLength: most })

/** Both are emptied, then have the same base. */
async function lay(base: readonly Command[]): Promise<void> {
  for (const app of apps()) {
    const { twins } = await app.data('{ twins { _id } }')
    await app.data('mutation ($ids: [ID!]!) { deleteTwins(ids: $ids, cascade: true) { __typename } }', { ids: (twins as readonly { readonly _id: string }[]).map(({ _id }) => _id) })
    for (const command of base) await submit(app.app.services.twins, command)
  }
}

async function createScenario(more: string): Promise<string> {
  const { createScenario: { scenario } } = await apps()[0].data(`mutation { createScenario(name: "what if"${more}) { ... on CreateScenarioSuccess { scenario { id } } } }`)
  return scenario.id as string
}

/** Does the commands in the scenario of the one and in the base of the other: they are taken, or refused, alike. An id that was deleted in a scenario is not free there. */
async function doIn(id: string, all: readonly Command[], deleted: Set<string>): Promise<void> {
  const [here, there] = apps()
  const scenario = await here.app.services.scenarios.find(id)
  for (const command of all) {
    if (command.kind === 'createTwin' && deleted.has(command.id)) continue
    const outcome = await submit(here.app.services.twins, command, by(null, { scenario }))
    const other = await submit(there.app.services.twins, command)
    expect(outcome.ok, JSON.stringify([command, outcome, other])).toBe(other.ok)
    if (outcome.ok && command.kind === 'deleteTwin') deleted.add(command.id)
  }
}

test('what a scenario answers is what the graph answers in which the same was done for good; the base stays as it was; a fixed base is not followed; promoted, it is the base', async () => {
  await fc.assert(fc.asyncProperty(commands(20), commands(12), commands(8), commands(6), fc.array(aQuery, { minLength: 2, maxLength: 2 }), fc.boolean(), async (base, edits, nested, later, queries, isFixed) => {
    const [here, there] = apps()
    const texts = [...queries.map(([args, selection]) => queryText(args, selection, false, vantage).text), whole]
    const answers = async (app: TestApp, scenario: string | null = null): Promise<readonly unknown[]> => await Promise.all(texts.map(async (text) => await app.data(text, { scenario })))
    await lay(base)
    const before = await answers(here)
    const fixed = new Date((await here.app.database.read({ text: 'MATCH (h:_Head {_t: $b.t}) RETURN h.at AS at', parameters: { b: { t: here.app.config.tenant } } }))['at'] as number).toISOString()
    const id = await createScenario(isFixed ? `, base: "${fixed}"` : '')
    const deleted = new Set<string>()
    await doIn(id, edits, deleted)
    const branch = await answers(there)
    expect(await answers(here, id)).toEqual(branch)
    expect(await answers(here)).toEqual(before)

    const child = await createScenario(`, parent: "${id}"`)
    await doIn(child, nested, deleted)
    if (isFixed) for (const command of later) await submit(here.app.services.twins, command)
    expect(await answers(here, child)).toEqual(await answers(there))
    expect(await answers(here, id)).toEqual(branch)

    if (isFixed) return
    for (const scenario of [child, id]) {
      const { promoteScenario: result } = await here.data(`mutation ($id: ID!) { promoteScenario(id: $id) { __typename ... on Problem { message } } }`, { id: scenario })
      expect(result.__typename, JSON.stringify(result)).toBe('PromoteScenarioSuccess')
    }
    expect(await answers(here)).toEqual(await answers(there))
  }), { numRuns: Number(process.env['TWINFOLD_TEST_RUNS'] ?? 3), endOnFailure: true })
}, 180_000)
