import { ApolloServer } from '@apollo/server'
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled, ApolloServerPluginUsageReportingDisabled } from '@apollo/server/plugin/disabled'
import type { GatewayInterface, GatewaySchemaLoadOrUpdateCallback } from '@apollo/server-gateway-interface'
import type { GraphQLSchema } from 'graphql'
import type { Config } from '../config.ts'
import type { Log } from '../observe/log.ts'
import type { Context } from './context.ts'
import { executeUntil } from './execute.ts'
import { formatError } from './failures.ts'
import type { LiveSchema } from './live-schema.ts'
import { limitOperations, logOperations } from './plugins.ts'
import { currentRequestId } from './request-id.ts'

export interface GraphQLServerConfig extends Pick<Config, 'limits' | 'production' | 'introspection'> {
  readonly schema: LiveSchema
  readonly log: Log
}

/** GraphQL over HTTP but for the HTTP: parsing, validation, limits, execution, errors. Anything not switched on here is off. */
export function createGraphQLServer({ schema, limits, production, introspection, log }: GraphQLServerConfig): ApolloServer<Context> {
  return new ApolloServer<Context>({
    gateway: schemaSource(schema),
    introspection,
    hideSchemaDetailsFromClientErrors: production,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.tokens },
    formatError: (formatted, error) => formatError(formatted, error, { requestId: currentRequestId(), suggest: !production }),
    logger: { debug: (text) => { log.debug(text) }, info: (text) => { log.debug(text) }, warn: (text) => { log.warn(text) }, error: (text) => { log.error(text) } },
    plugins: [
      ApolloServerPluginCacheControlDisabled(), // it visits every field and doubles the cost of lists
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      limitOperations(limits),
      logOperations(log),
    ],
  })
}

/**
 * Gives Apollo the live schema and the execution. With every replacement Apollo begins a new cache of validated documents, and an operation is executed
 * on the schema it was validated with.
 */
function schemaSource(live: LiveSchema): GatewayInterface {
  let end: (() => void) | undefined
  return {
    load: () => Promise.resolve({
      executor: ({ schema, document, request, operationName, context }) =>
        executeUntil((context as Context).signal, { schema, document, contextValue: context, variableValues: request.variables ?? {}, operationName: request.operationName ?? operationName }),
    }),
    onSchemaLoadOrUpdate(callback: GatewaySchemaLoadOrUpdateCallback) {
      const tell = (apiSchema: GraphQLSchema): void => { callback({ apiSchema, coreSupergraphSdl: '' }) }
      tell(live.current)
      end = live.onReplace(tell)
      return end
    },
    stop() {
      end?.()
      return Promise.resolve()
    },
  }
}
