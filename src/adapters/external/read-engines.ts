import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ConfigError } from '../../config.ts'
import type { Engine } from '../../simulation/engine.ts'
import type { ExternalEngine } from '../../simulation/external/definition.ts'
import { createExternalEngine } from '../../simulation/external/engine.ts'
import { parseEngines } from '../../simulation/external/parse-engines.ts'
import type { Environment } from '../../util/environment.ts'
import { createBuild } from './build.ts'
import { programOf } from './launch.ts'

export interface ExternalEngines {
  readonly engines: readonly Engine[]
  /** All that the processes of an engine get as their environment; empty for engines that are not of the file. */
  environmentOf(engine: string): Readonly<Record<string, string>>
}

/** Reads the engines file; throws a ConfigError that says everything that is wrong with it, and where. `taken`: ids of the engines that are built in. */
export async function readEngines(path: string, environment: Environment, taken: Iterable<string> = []): Promise<ExternalEngines> {
  const parsed = parseEngines(await readJson(path), new Set(taken))
  if (!parsed.ok) throw refused(path, parsed.problems.map(({ pointer, message }) => `${pointer === '' ? '/' : pointer}: ${message}`))
  const environments = new Map(parsed.engines.map((engine) => [engine.id, environmentFor(engine, environment)]))
  const folder = dirname(resolve(path))
  const absent = await Promise.all(parsed.engines.flatMap(({ id, files }) => files.map(async (file) => (await isFile(resolve(folder, file)) ? [] : [`${id}: there is no file ${file} beside it; "files" names those that the program is made of.`]))))
  const unset = [...environments].flatMap(([id, { missing }]) => missing.map((name) => `${id}: the environment variable ${name} is not set; set it, or leave it out of "environment".`))
  if (unset.length + absent.flat().length > 0) throw refused(path, [...absent.flat(), ...unset])
  return {
    engines: await Promise.all(parsed.engines.map((engine) => toEngine(engine, folder))),
    environmentOf: (engine) => environments.get(engine)?.variables ?? {},
  }
}

async function toEngine(definition: ExternalEngine, folder: string): Promise<Engine> {
  const [first, ...others] = await Promise.all(definition.command.map((part, index) => fileOf(part, index, folder)))
  const parts = [first, ...others, ...definition.files.map((file) => ({ path: resolve(folder, file), isFile: true }))]
  const command = [first?.path ?? '', ...others.map(({ path }) => path)] as const
  const build = createBuild(JSON.stringify({ ...definition, environment: [...definition.environment] }), parts.flatMap((part) => (part?.isFile ? [part.path] : [])))
  return createExternalEngine(definition, { program: programOf({ engine: definition.id, command, limits: definition.limits }), build })
}

/** Parts of a command that name files beside the engines file are those files, wherever the program is run. A program without a path is looked up in PATH. */
async function fileOf(part: string, index: number, folder: string): Promise<{ readonly path: string; readonly isFile: boolean }> {
  const path = resolve(folder, part)
  const isThere = (index > 0 || part.includes('/')) && await isFile(path)
  return { path: isThere ? path : part, isFile: isThere }
}

const isFile = async (path: string): Promise<boolean> => await stat(path).then((found) => found.isFile(), () => false)

/** What a program finds everywhere; nothing else of the server's environment but what the file names. */
function environmentFor({ environment: wanted }: ExternalEngine, environment: Environment): { readonly variables: Readonly<Record<string, string>>; readonly missing: readonly string[] } {
  const missing: string[] = []
  const lookUp = (name: string): string => {
    const value = environment[name]
    if (value === undefined) missing.push(name)
    return value ?? ''
  }
  const own = [...wanted].map(([name, text]) => [name, text.replaceAll(/\$\{([A-Za-z_]\w*)\}/g, (_all, variable: string) => lookUp(variable))] as const)
  return { variables: { PATH: environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', TZ: 'UTC', ...Object.fromEntries(own) }, missing }
}

const refused = (path: string, problems: readonly string[]): ConfigError => new ConfigError([`The engines file ${path} cannot be used:`, ...problems].join('\n'))

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new ConfigError(`The engines file ${path} ${cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read'}. Check TWINFOLD_ENGINES.`, { cause })
  }
}
