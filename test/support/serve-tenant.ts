// The server as main.ts starts it, but for the tenant, which is the first argument: tests that share a Neo4j each have their own.
import { createApp } from '../../src/app.ts'
import { createConfig } from '../../src/config.ts'

const [tenant = ''] = process.argv.slice(2)
const app = await createApp({ ...createConfig(), tenant })
process.once('SIGTERM', () => void app[Symbol.asyncDispose]().then(() => process.exit(0), () => process.exit(1)))
process.stdout.write(`${app.url}\n`)
