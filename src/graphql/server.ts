import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled, ApolloServerPluginUsageReportingDisabled } from '@apollo/server/plugin/disabled'
import type { GatewayExecutor, GatewayInterface, GatewaySchemaLoadOrUpdateCallback } from '@apollo/server-gateway-interface'
import { execute, type GraphQLError, type GraphQLSchema } from 'graphql'
import type { Limits } from '../config.ts'
import { Failure } from '../errors.ts'
import type { Log } from '../observe/log.ts'
import type { Context } from './context.ts'
import { causeOf, formatError, isBug, toGraphQLError } from './failures.ts'
import { checkOperation } from './limits/check-operation.ts'
import type { LiveSchema } from './live-schema.ts'

export interface GraphQLServerConfig {
  readonly schema: LiveSchema
  readonly limits: Limits
  readonly production: boolean
  readonly log: Log
}

/** GraphQL over HTTP but for the HTTP: parsing, validation, limits, execution, errors. */
export function createGraphQLServer({ schema, limits, production, log }: GraphQLServerConfig): ApolloServer<Context> {
  return new ApolloServer<Context>({
    gateway: schemaSource(schema),
    introspection: true, // the schema is the product; access control will decide who sees it
    hideSchemaDetailsFromClientErrors: production,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.tokens },
    formatError,
    logger: { debug: (text) => log.debug(text), info: (text) => log.debug(text), warn: (text) => log.warn(text), error: (text) => log.error(text) },
    plugins: [
      ApolloServerPluginCacheControlDisabled(), // it visits every field and doubles the cost of lists
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      limitOperations(limits),
      identifyErrors(),
      logOperations(log),
    ],
  })
}

/** Gives Apollo the live schema and the execution. It validates a document anew after every replacement. */
function schemaSource(schema: LiveSchema): GatewayInterface {
  let end: (() => void) | undefined
  const executor: GatewayExecutor = async ({ document, request, operationName, context, schema: validated }) => await execute({
    schema: validated, document, contextValue: context, variableValues: request.variables, operationName: operationName ?? undefined,
  })
  return {
    load: () => Promise.resolve({ executor }),
    onSchemaLoadOrUpdate(callback: GatewaySchemaLoadOrUpdateCallback) {
      const tell = (apiSchema: GraphQLSchema): void => { callback({ apiSchema, coreSupergraphSdl: '' }) }
      tell(schema.current)
      end = schema.onReplace(tell)
      return () => { end?.() }
    },
    stop() {
      end?.()
      return Promise.resolve()
    },
  }
}

/** After validation, when the variables are known: a page size may be one. */
const limitOperations = (limits: Limits): ApolloServerPlugin<Context> => ({
  requestDidStart: () => Promise.resolve({
    didResolveOperation({ schema, document, operation, request }) {
      if (!operation) return Promise.resolve()
      try {
        checkOperation(schema, document, operation, request.variables ?? {}, limits)
      } catch (error) {
        throw error instanceof Failure ? toGraphQLError(error) : error
      }
      return Promise.resolve()
    },
  }),
})

/** Every error carries the id that finds it in the log. */
const identifyErrors = (): ApolloServerPlugin<Context> => ({
  requestDidStart: () => Promise.resolve({
    willSendResponse({ response, contextValue }) {
      if (response.body.kind !== 'single' || !response.body.singleResult.errors) return Promise.resolve()
      const { requestId } = contextValue
      response.body.singleResult.errors = response.body.singleResult.errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }))
      return Promise.resolve()
    },
  }),
})

/** One line an operation, without its variables: they may hold what is nobody else's business. */
const logOperations = (log: Log): ApolloServerPlugin<Context> => ({
  requestDidStart() {
    const start = performance.now()
    return Promise.resolve({
      didEncounterErrors({ errors, contextValue }) {
        for (const error of errors) if (isBug(error)) log.error({ requestId: contextValue.requestId, err: causeOf(error), path: error.path }, 'a bug answered a request')
        return Promise.resolve()
      },
      willSendResponse({ operation, operationName, errors, contextValue }) {
        const codes = errors?.map((error) => codeOf(error))
        log.info({ requestId: contextValue.requestId, operation: operation?.operation, name: operationName ?? undefined, ms: Math.round(performance.now() - start), codes }, 'operation')
        return Promise.resolve()
      },
    })
  },
})

function codeOf(error: GraphQLError): unknown {
  const cause = causeOf(error)
  return cause instanceof Failure ? cause.code : error.extensions['code'] ?? 'INTERNAL_SERVER_ERROR'
}
