/** The rules of docs/architecture.md on who may import whom. */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'only-the-composition-root-imports-adapters', severity: 'error', from: { path: '^(src|resolvers|subscriptions)/', pathNot: '^src/(app(-alerts|-history|-lineage|-live|-prediction|-reading|-runs|-scenarios|-telemetry)?\\.ts|adapters/)' }, to: { path: '^src/adapters/' } },
    { name: 'adapters-know-ports-and-rules-not-each-other', severity: 'error', from: { path: '^src/adapters/([^/]+)/' }, to: { path: '^src/adapters/', pathNot: '^src/adapters/$1/' } },
    { name: 'the-driver-stays-in-its-adapter', severity: 'error', from: { path: '^(src|resolvers|subscriptions)/', pathNot: '^src/adapters/neo4j/' }, to: { path: '^node_modules/neo4j-driver' } },
    { name: 'graphql-stays-in-the-api', severity: 'error', from: { path: '^src/(model|twin|change|util|adapters)/' }, to: { path: '^node_modules/graphql/' } },
    { name: 'resolvers-are-for-the-api-only', severity: 'error', from: { path: '^src/(model|twin|change|util|adapters|domain)/' }, to: { path: '^resolvers/' } },
    { name: 'source-does-not-import-tests', severity: 'error', from: { path: '^(src|resolvers|subscriptions)/' }, to: { path: '^(test|bench)/' } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/', pathNot: '\\.d\\.ts$' }, to: {} },
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, doNotFollow: { path: 'node_modules' }, enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js', '.json'] } },
}
