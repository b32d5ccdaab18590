import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listArguments, selections } from '../domain/arbitraries.ts'
import { plantModels } from '../domain/plant.ts'
import { queryText } from '../domain/query-text.ts'
import { plantCommand } from '../live/plant-commands.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { submit } from '../support/twins.ts'
import { lastStamp } from './stamps.ts'

let plant: TestApp

beforeAll(async () => {
  plant = await openTestApp()
  await plant.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: plantModels })
})
afterAll(async () => { await plant[Symbol.asyncDispose]() })

const kinds = ['Zone', 'Asset', 'Pump', 'Valve'] as const
const aQuery = fc.constantFrom(...kinds).chain((kind) => fc.tuple(listArguments(kind, 2), selections(kind, 2)))
const vantage = { declared: '$asOf: DateTime', given: 'asOf: $asOf' }

/** Of a twin as a whole: every value, relationship and component, in both directions and over several steps. */
const whole = `query ($asOf: DateTime) {
  twins(asOf: $asOf, sort: [{ _id: ASC }]) { _id _model _version _createdAt _updatedAt _properties _relationships { totalCount edges { node { _id name version properties from { _id _version } to { _id } } } } }
  twinsConnection(asOf: $asOf, sort: [{ _id: DESC }], first: 2) { totalCount edges { node { _id __typename ... on Pump { motor { power } } } } pageInfo { hasNextPage } }
  assetsConnection(asOf: $asOf, where: { NOT: { weight: { lt: 1 } } }) { totalCount aggregate { count { nodes } node { weight { sum max } name { longest } } } }
  reached: twins(asOf: $asOf, within: { of: ["t1", "t2"], over: ["feeds", "partOf"], maxDepth: 3 }, sort: [{ _id: ASC }]) { _id _version }
  one: asset(asOf: $asOf, id: "t3") { _id name feedsConnection { totalCount edges { node { _id } properties { share } } } }
}`

test('asked as of any instant, every query answers what it answered then: deleted twins, ended relationships, former values, at the very instants of commits too', async () => {
  await fc.assert(fc.asyncProperty(fc.array(plantCommand, { minLength: 15, maxLength: 30 }), fc.array(aQuery, { minLength: 3, maxLength: 3 }), fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), async (commands, queries, chance) => {
    const texts = [...queries.map(([args, selection]) => queryText(args, selection, false, vantage).text), whole]
    const answers = async (asOf: string | null): Promise<readonly unknown[]> => await Promise.all(texts.map(async (text) => await plant.data(text, { asOf })))
    const recorded: { readonly from: number; readonly answers: readonly unknown[] }[] = []
    for (const command of commands) {
      const outcome = await submit(plant.app.services.twins, command)
      if (outcome.ok) recorded.push({ from: await lastStamp(plant), answers: await answers(null) })
    }
    for (const [index, { from, answers: expected }] of recorded.entries()) {
      const to = recorded[index + 1]?.from ?? from + 1
      const between = from + Math.floor((chance.next().value ?? 0) * (to - from))
      for (const at of new Set([from, to - 1, between])) expect(await answers(new Date(at).toISOString()), `as of ${at}, of [${from}, ${to})`).toEqual(expected)
    }
  }), { numRuns: Number(process.env['TWINFOLD_TEST_RUNS'] ?? 5), endOnFailure: true })
}, 180_000)
