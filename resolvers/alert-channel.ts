import type { IResolvers } from '@graphql-tools/utils'
import type { GraphQLResolveInfo } from 'graphql'
import type { ChannelChanges, ChannelRequest } from '../src/alert/channel-service.ts'
import { findNode } from '../src/graphql/catalogue/node-loader.ts'
import type { Context } from '../src/graphql/context.ts'

interface Named { readonly id: string }

export const alertChannelResolvers: IResolvers<unknown, Context> = {
  Query: { alertChannel: findChannel },
  Mutation: {
    async createAlertChannel(_, { channel }: { readonly channel: ChannelRequest }, { services, principal }) {
      const made = await services.alertChannels.create(channel, principal.subject)
      return made.ok ? { kind: 'CreateAlertChannelSuccess', id: made.value.channel.id, secret: made.value.secret } : made.problem
    },
    async updateAlertChannel(_, { id, set }: Named & { readonly set: ChannelChanges }, { services, principal }) {
      const changed = await services.alertChannels.update(id, set, principal.subject)
      return changed.ok ? { kind: 'UpdateAlertChannelSuccess', id } : changed.problem
    },
    async deleteAlertChannel(_, { id }: Named, { services }) {
      const removed = await services.alertChannels.remove(id)
      return removed.ok ? { kind: 'DeleteAlertChannelSuccess', id } : removed.problem
    },
    async redeliverAlerts(_, { ids }: { readonly ids: readonly string[] }, { services }) {
      const redelivered = await services.alertChannels.redeliver(ids)
      return redelivered.ok ? { kind: 'RedeliverAlertsSuccess', ids } : redelivered.problem
    },
  },
  CreateAlertChannelSuccess: { channel: findChannel },
  UpdateAlertChannelSuccess: { channel: findChannel },
  RedeliverAlertsSuccess: {
    deliveries: async ({ ids }: { readonly ids: readonly string[] }, _, context, info) =>
      (await Promise.all(ids.map((id) => findNode('alertDeliveries', id, context, info)))).filter((delivery) => delivery !== null),
  },
}

/** As the catalogue shows it; of a Success, the one it is about. */
async function findChannel(source: unknown, args: Partial<Named>, context: Context, info: GraphQLResolveInfo): Promise<unknown> {
  return await findNode('alertChannels', args.id ?? (source as Named).id, context, info)
}
