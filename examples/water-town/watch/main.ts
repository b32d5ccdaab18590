import { connect } from '../../leak-detector/client.ts'
import { leakRule, waterBalance, waterBalanceModel } from './water-balance.ts'

/**
 * Watches the town for leaks: registers the water balance, has it predict as readings arrive, and makes the rule that raises alerts.
 *   node examples/water-town/watch/main.ts http://127.0.0.1:4000
 */
const client = connect(process.argv[2] ?? 'http://127.0.0.1:4000')
const artifact = await client.store(waterBalanceModel())
const { predictor } = await client.change<{ readonly predictor: { readonly id: string } }>('registerPredictor', { type: 'RegisterPredictorInput!', value: { ...waterBalance, artifact } }, 'predictor { id }')
await client.ask('mutation($id: ID!) { setPredictorStage(id: $id, stage: ACTIVE) { __typename } }', { id: predictor.id })
const { run } = await client.change<{ readonly run: { readonly id: string } }>('startInference', { type: 'StartInferenceInput!', value: { predictor: 'water-balance', model: 'Junction', stream: {}, tags: ['leaks'] } }, 'run { id }')
const { rules } = await client.ask<{ readonly rules: readonly unknown[] }>('query($id: ID!) { rules(where: { id: { eq: $id } }) { id } }', { id: leakRule.name })
if (rules.length === 0) await client.change('createRule', { type: 'RuleInput!', value: leakRule }, 'rule { id }')
process.stdout.write(`${predictor.id} predicts as readings arrive (run ${run.id}); the rule ${leakRule.name} watches what it says.\n`)
