// What a user has without Twinfold: @neo4j/graphql behind Apollo Server, on the same graph. Prints its address.
import { ApolloServer } from '@apollo/server'
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled'
import { fastifyApolloHandler } from '@as-integrations/fastify'
import { Neo4jGraphQL } from '@neo4j/graphql'
import fastify from 'fastify'
import neo4j from 'neo4j-driver'
import { stockTypes } from './ontology.ts'

const { NEO4J_URI: uri = '', NEO4J_USERNAME: username = '', NEO4J_PASSWORD: password = '' } = process.env
const driver = neo4j.driver(uri, neo4j.auth.basic(username, password))
const schema = await new Neo4jGraphQL({ typeDefs: stockTypes, driver, features: { excludeDeprecatedFields: { mutationOperations: true, aggregationFilters: true, aggregationFiltersOutsideConnection: true, relationshipFilters: true, attributeFilters: true } } }).getSchema()
const apollo = new ApolloServer({ schema, plugins: [ApolloServerPluginCacheControlDisabled()] })
await apollo.start()
const server = fastify()
server.post('/graphql', fastifyApolloHandler(apollo))
process.stdout.write(`stock ${await server.listen({ host: '127.0.0.1', port: 0 })}\n`)
