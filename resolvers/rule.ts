import type { IResolvers } from '@graphql-tools/utils'
import DataLoader from 'dataloader'
import type { GraphQLResolveInfo } from 'graphql'
import type { StoredRule, ThresholdCondition } from '../src/alert/rule.ts'
import type { RuleChanges, RuleRequest } from '../src/alert/rule-request.ts'
import { failure } from '../src/errors.ts'
import { findNode } from '../src/graphql/catalogue/node-loader.ts'
import type { Context } from '../src/graphql/context.ts'
import type { Problem } from '../src/problem.ts'
import { formatDuration } from '../src/telemetry/duration.ts'
import type { Result } from '../src/util/result.ts'

/** What the catalogue's rows have for the fields that are ours. */
interface Row { readonly _id: string }
interface Named { readonly id: string }

export const ruleResolvers: IResolvers<unknown, Context> = {
  Query: { rule: findRule },
  Mutation: {
    createRule: async (_, { rule }: { readonly rule: RuleRequest }, { services, principal }) => toChanged('CreateRuleSuccess', await services.rules.create(rule, principal.subject)),
    updateRule: async (_, { id, set, ifVersion }: Named & { readonly set: RuleChanges; readonly ifVersion?: number | null }, { services, principal }) =>
      toChanged('UpdateRuleSuccess', await services.rules.update(id, set, { actor: principal.subject, ifVersion })),
    async deleteRule(_, { id }: Named, { services }) {
      const removed = await services.rules.remove(id)
      return removed.ok ? { kind: 'DeleteRuleSuccess', id: removed.value } : removed.problem
    },
    setRuleEnabled: async (_, { id, isEnabled }: Named & { readonly isEnabled: boolean }, { services, principal }) =>
      toChanged('SetRuleEnabledSuccess', await services.rules.setEnabled(id, isEnabled, principal.subject)),
  },
  Rule: {
    when: async (row: Row, _, context) => (await load(row, context)).when,
    for: async (row: Row, _, context) => formatDuration((await load(row, context)).for),
    keepFor: async (row: Row, _, context) => formatDuration((await load(row, context)).keepFor),
    reopenWithin: async (row: Row, _, context) => formatDuration((await load(row, context)).reopenWithin),
    labels: async (row: Row, _, context) => (await load(row, context)).labels,
    annotations: async (row: Row, _, context) => (await load(row, context)).annotations,
    then: async (row: Row, _, context) => (await load(row, context)).then,
  },
  ThresholdCondition: {
    twins: ({ of }: ThresholdCondition) => of.twins,
    model: ({ of }: ThresholdCondition) => of.model,
    where: ({ of }: ThresholdCondition) => of.where,
    above: ({ direction, limit }: ThresholdCondition) => (direction === 'ABOVE' ? limit : null),
    below: ({ direction, limit }: ThresholdCondition) => (direction === 'BELOW' ? limit : null),
    aggregate: ({ over }: ThresholdCondition) => over?.aggregate ?? null,
    window: ({ over }: ThresholdCondition) => (over ? formatDuration(over.window) : null),
  },
  DriftCondition: { above: ({ limit }: { readonly limit: number }) => limit },
  MissingCondition: {
    twins: ({ of }: Pick<ThresholdCondition, 'of'>) => of.twins,
    model: ({ of }: Pick<ThresholdCondition, 'of'>) => of.model,
    where: ({ of }: Pick<ThresholdCondition, 'of'>) => of.where,
    after: ({ after }: { readonly after: number }) => formatDuration(after),
  },
  ScheduleCondition: { every: ({ every }: { readonly every: number }) => formatDuration(every) },
  ...Object.fromEntries(['CreateRuleSuccess', 'UpdateRuleSuccess', 'SetRuleEnabledSuccess'].map((type) => [type, { rule: findRule }])),
}

const toChanged = (kind: string, outcome: Result<StoredRule>): Problem | (Named & { readonly kind: string }) => (outcome.ok ? { kind, id: outcome.value.id } : outcome.problem)

/** As the catalogue shows it; of a Success, the one it is about. */
async function findRule(source: unknown, args: Partial<Named>, context: Context, info: GraphQLResolveInfo): Promise<unknown> {
  return await findNode('rules', args.id ?? (source as Named).id, context, info)
}

/** Whole rules of a request; a mutation's later fields read anew. */
const loaders = new WeakMap<Context, DataLoader<string, StoredRule | undefined>>()

async function load({ _id }: Row, context: Context): Promise<StoredRule> {
  const known = loaders.get(context) ?? new DataLoader<string, StoredRule | undefined>((ids) => context.services.rules.find(ids), { cache: false, maxBatchSize: 1_000 })
  loaders.set(context, known)
  const rule = await known.load(_id)
  if (!rule) throw failure('BAD_USER_INPUT', { message: `The rule ${JSON.stringify(_id)} was deleted at this moment.` })
  return rule
}
