// Builds GraphiQL into the directory given. Run as a process of its own: building takes seconds of one core, which the server has better uses for.
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const [target] = process.argv.slice(2)
if (!target) throw new Error('Usage: node build.mjs <directory>')

// Built aside and moved into place, so that it is whole or absent, also where two processes build it.
const fresh = await mkdtemp(`${target}-`)
try {
  await build({
    root: dirname(fileURLToPath(import.meta.url)), base: '/graphiql/', configFile: false, envDir: false, logLevel: 'error', mode: 'production',
    build: { outDir: fresh, emptyOutDir: true, chunkSizeWarningLimit: 10_000, modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  })
  await rename(fresh, target).catch((error) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error // another process was first
  })
} finally {
  await rm(fresh, { recursive: true, force: true })
}
