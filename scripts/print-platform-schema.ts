// Writes the platform's schema, as built, to the file given: what codegen makes types from. The directives of @neo4j/graphql are resolved in it.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { printSchema } from 'graphql'
import { resolvers } from '../resolvers/index.ts'
import { createPlatformSchema, readContract } from '../src/graphql/platform-schema.ts'

const [file] = process.argv.slice(2)
if (!file) throw new Error('Usage: print-platform-schema.ts <file>')
const schema = await createPlatformSchema({
  contract: await readContract(), resolvers,
  reader: { read: () => Promise.reject(new Error('The schema is printed, not asked.')) },
})
await mkdir(dirname(file), { recursive: true })
await writeFile(file, `${printSchema(schema)}\n`)
