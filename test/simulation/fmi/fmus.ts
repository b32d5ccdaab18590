import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { zipSync } from 'fflate'
import type { FmiVersion } from '../../../src/simulation/fmi/model-description.ts'
import { binaryPath } from '../../../src/simulation/fmi/platform.ts'

/** Where a C compiler is installed; undefined where there is none, and FMUs cannot be made. */
export const compiler = ['cc', 'gcc', 'clang'].flatMap((name) => (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name))).find((path) => existsSync(path))
if (compiler === undefined) console.warn('Skipped: there is no C compiler (cc, gcc or clang) to make FMUs with.')

export interface VariableSpec {
  readonly name: string
  readonly reference: number
  readonly type?: 'Float64' | 'Int32' | 'Boolean' | 'String' | 'Enumeration'
  readonly causality?: string
  readonly variability?: string
  readonly start?: number | boolean | string
  readonly unit?: string
}

export interface FmuSpec {
  /** A file of `c/`. */
  readonly model: string
  readonly version: FmiVersion
  readonly variables: readonly VariableSpec[]
  /** XML of units. */
  readonly units?: string
  readonly stepSize?: number
  /** More attributes of CoSimulation. */
  readonly more?: string
  /** Instead of the one that the binary expects. */
  readonly token?: string
}

export interface Fmu {
  readonly sha256: string
  readonly bytes: Uint8Array
}

const sources = fileURLToPath(new URL('c/', import.meta.url))
const libraries = new Map<string, Uint8Array>()

/** Compiles a model, zips it with its description, as tools that export FMUs do. */
export function buildFmu(spec: FmuSpec): Fmu {
  const identifier = spec.model.replaceAll('-', '_')
  const path = binaryPath(spec.version, identifier, process)
  if (path === undefined) throw new Error('FMI has no name for this platform.')
  return zipFmu({ 'modelDescription.xml': describe(spec), [path]: compile(spec.model, spec.version), 'resources/about.txt': 'A model for tests.' })
}

export function zipFmu(files: Readonly<Record<string, string | Uint8Array>>): Fmu {
  const bytes = zipSync(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, typeof content === 'string' ? Buffer.from(content) : content])), { mtime: '2020-01-01T00:00:00Z' })
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** Without fused multiplications, so that every machine rounds alike. */
function compile(model: string, version: FmiVersion): Uint8Array {
  if (compiler === undefined) throw new Error('There is no C compiler.')
  const known = libraries.get(`${model} ${version}`)
  if (known) return known
  const folder = mkdtempSync(join(tmpdir(), 'twinfold-fmu-'))
  try {
    const library = join(folder, 'library')
    execFileSync(compiler, ['-std=c11', '-Wall', '-Wextra', '-Werror', '-O2', '-ffp-contract=off', '-fPIC', '-shared', '-fvisibility=hidden', '-o', library, join(sources, `${model}.c`), join(sources, `fmi${version[0] ?? ''}.c`), '-lm'])
    const bytes = readFileSync(library)
    libraries.set(`${model} ${version}`, bytes)
    return bytes
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export function describe({ model, version, variables, units = '', stepSize, more = '', token = model }: FmuSpec): string {
  const tokenName = version === '2.0' ? 'guid' : 'instantiationToken'
  const lines = variables.map((variable) => (version === '2.0' ? variable2(variable) : variable3(variable)))
  return `<?xml version="1.0" encoding="UTF-8"?>
<fmiModelDescription fmiVersion="${version}" modelName="${model}" ${tokenName}="${token}" generationTool="tests">
  <CoSimulation modelIdentifier="${model.replaceAll('-', '_')}" canHandleVariableCommunicationStepSize="true" ${more}/>
  <UnitDefinitions>${units}</UnitDefinitions>
  <DefaultExperiment startTime="0" stopTime="10" ${stepSize === undefined ? '' : `stepSize="${stepSize}"`}/>
  <ModelVariables>
    ${lines.join('\n    ')}
  </ModelVariables>
  <ModelStructure/>
</fmiModelDescription>`
}

const attributes = (given: Readonly<Record<string, unknown>>): string => Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`${name}="${String(value)}"`])).join(' ')

function variable2({ name, reference, type = 'Float64', causality, variability, start, unit }: VariableSpec): string {
  const element = { Float64: 'Real', Int32: 'Integer', Boolean: 'Boolean', String: 'String', Enumeration: 'Enumeration' }[type]
  return `<ScalarVariable ${attributes({ name, valueReference: reference, causality, variability })}><${element} ${attributes({ start, unit })}/></ScalarVariable>`
}

function variable3({ name, reference, type = 'Float64', causality, variability, start, unit }: VariableSpec): string {
  if (type === 'String') return `<String ${attributes({ name, valueReference: reference, causality, variability })}><Start value="${String(start)}"/></String>`
  return `<${type} ${attributes({ name, valueReference: reference, causality, variability, start, unit })}/>`
}

const output = { causality: 'output' }
const parameter = { causality: 'parameter', variability: 'fixed' }

/** The three of the Reference FMUs that have reference outputs, and ours. */
export const models = {
  bouncingBall: { model: 'bouncing-ball', stepSize: 0.01, variables: [{ name: 'h', reference: 1, start: 1, ...output }, { name: 'v', reference: 3, start: 0, ...output }, { name: 'g', reference: 5, start: -9.81, ...parameter }, { name: 'e', reference: 6, start: 0.7, ...parameter }] },
  vanDerPol: { model: 'van-der-pol', stepSize: 0.01, variables: [{ name: 'x0', reference: 1, start: 2, ...output }, { name: 'x1', reference: 3, start: 0, ...output }, { name: 'mu', reference: 5, start: 1, ...parameter }] },
  dahlquist: { model: 'dahlquist', stepSize: 0.1, variables: [{ name: 'x', reference: 1, start: 1, ...output }, { name: 'k', reference: 3, start: 1, ...parameter }] },
  tank: {
    model: 'tank', units: '<Unit name="m"><BaseUnit m="1"/></Unit><Unit name="m3/s"><BaseUnit m="3" s="-1"/></Unit><Unit name="m2"><BaseUnit m="2"/></Unit>',
    variables: [
      { name: 'inflow', reference: 0, start: 0.02, unit: 'm3/s', causality: 'input' }, { name: 'valve', reference: 1, type: 'Boolean', start: false, causality: 'input' },
      { name: 'level', reference: 2, unit: 'm', ...output }, { name: 'area', reference: 3, start: 2, unit: 'm2', ...parameter }, { name: 'leak', reference: 4, start: 0.005, ...parameter },
    ],
  },
  controller: {
    model: 'controller', units: '<Unit name="cm"><BaseUnit m="1" factor="0.01"/></Unit>',
    variables: [
      { name: 'level', reference: 0, unit: 'cm', causality: 'input' }, { name: 'open', reference: 1, type: 'Boolean', ...output }, { name: 'lower', reference: 2, start: 90, unit: 'cm', ...parameter },
      { name: 'upper', reference: 3, start: 110, unit: 'cm', ...parameter }, { name: 'switches', reference: 4, type: 'Int32', ...output },
    ],
  },
  faulty: { model: 'faulty', variables: [{ name: 'at', reference: 0, start: 3, ...parameter }, { name: 'x', reference: 1, ...output }, { name: 'fault', reference: 31, type: 'String', start: 'work', ...parameter }] },
} satisfies Readonly<Record<string, Omit<FmuSpec, 'version'>>>
