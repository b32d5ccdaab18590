import type { Client } from '../../client.ts'
import { leakRule, waterBalance, waterBalanceModel } from './water-balance.ts'

/** What watches now. */
export interface Watch {
  /** Such as `water-balance;1`. */
  readonly predictor: string
  /** The run that predicts as readings arrive. */
  readonly run: string
}

/** Has the town watched for leaks: registers the water balance, has it predict as readings arrive, and makes the rule that raises alerts. What is there already is used. */
export async function watchForLeaks(client: Client): Promise<Watch> {
  const artifact = await client.store(waterBalanceModel())
  const { predictor } = await client.change<{ readonly predictor: { readonly id: string } }>('registerPredictor', { type: 'RegisterPredictorInput!', value: { ...waterBalance, artifact } }, 'predictor { id }')
  await client.ask('mutation($id: ID!) { setPredictorStage(id: $id, stage: ACTIVE) { __typename } }', { id: predictor.id })
  const { runs, rules } = await client.ask<{ readonly runs: readonly { readonly id: string }[]; readonly rules: readonly unknown[] }>(
    'query($predictor: ID!, $rule: ID!) { runs(where: { predictor: { eq: $predictor }, kind: { eq: STREAM }, state: { in: [QUEUED, BINDING, RUNNING] } }) { id } rules(where: { id: { eq: $rule } }) { id } }', { predictor: predictor.id, rule: leakRule.name },
  )
  if (rules.length === 0) await client.change('createRule', { type: 'RuleInput!', value: leakRule, argument: 'rule' }, 'rule { id }')
  const [known] = runs
  if (known) return { predictor: predictor.id, run: known.id }
  const { run } = await client.change<{ readonly run: { readonly id: string } }>('startInference', { type: 'StartInferenceInput!', value: { predictor: waterBalance.name, model: 'Junction', stream: {}, tags: ['leaks'] } }, 'run { id }')
  return { predictor: predictor.id, run: run.id }
}
