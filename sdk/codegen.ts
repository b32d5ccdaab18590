import type { CodegenConfig } from '@graphql-codegen/cli'

/** Types of the example's operations, from the schema that the server gives as `schemaSdl`. Paths are from the root of the repository. */
const config: CodegenConfig = {
  schema: '.cache/sdk-example/schema.graphql',
  documents: ['sdk/example/operations.ts'],
  generates: {
    'sdk/example/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false, skipIndexFile: true },
      config: {
        documentMode: 'string', // the client needs no parsed documents, so that no GraphQL library is bundled
        importExtension: '.ts',
        useTypeImports: true,
        enumsAsTypes: true,
        immutableTypes: true,
        defaultScalarType: 'unknown',
        scalars: {
          Bytes: 'string', Cursor: 'string', Date: 'string', DateTime: 'string', Decimal: 'string', Duration: 'string', Long: { input: 'number | string', output: 'number | string' }, Time: 'string', UUID: 'string',
        },
      },
    },
  },
}

export default config
