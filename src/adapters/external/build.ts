import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'

/**
 * SHA-256 of what an engine is defined by and of the files it is made of, as they are whenever it is asked for: programs are edited while servers run. Files are read
 * again only where they changed; one that is gone counts as such, so that it is another build, too.
 */
export function createBuild(definition: string, paths: readonly string[]): () => string {
  let known: { readonly look: string; readonly build: string } | undefined
  return () => {
    const look = paths.map(lookOf).join('\n')
    if (known?.look !== look) known = { look, build: hashOf(definition, paths) }
    return known.build
  }
}

/** What differs once a file was written, replaced or removed. */
function lookOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats ? [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ') : 'gone'
}

function hashOf(definition: string, paths: readonly string[]): string {
  const hash = createHash('sha256').update(definition)
  for (const path of paths) hash.update(`\n${path.length}`).update(contentOf(path))
  return hash.digest('hex')
}

function contentOf(path: string): Uint8Array | string {
  try {
    return readFileSync(path)
  } catch (error) {
    return `It cannot be read: ${error instanceof Error && 'code' in error ? String(error.code) : ''}` // starting it will tell
  }
}
