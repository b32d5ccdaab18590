import { readFile } from 'node:fs/promises'
import { ConfigError } from '../../config.ts'
import type { Environment } from '../../util/environment.ts'
import type { SourceDefinition } from './definition.ts'
import { parseSources } from './parse-sources.ts'

/** Reads the sources file; throws a ConfigError that says everything that is wrong with it, and where. */
export async function readSources(path: string, environment: Environment): Promise<readonly SourceDefinition[]> {
  const parsed = parseSources(await readJson(path), environment)
  if (parsed.ok) return parsed.sources
  throw new ConfigError([`The sources file ${path} cannot be used:`, ...parsed.problems.map(({ pointer, message }) => `${pointer === '' ? '/' : pointer}: ${message}`)].join('\n'))
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read'
    throw new ConfigError(`The sources file ${path} ${why}. Check TWINFOLD_SOURCES.`, { cause })
  }
}
