import { baseUnits, type FmuUnit } from './fmu-unit.ts'
import { readVariables } from './read-variables.ts'
import { childOf, type Parsed, parsed, parseXml, unparsable, type XmlElement } from './xml.ts'

export type FmiVersion = '2.0' | '3.0'

/** How values lie in the FMU, by the names of FMI 3.0; those of 2.0 are Float64, Int32, Boolean, String and Enumeration (an Int32 there, an Int64 in 3.0). */
export type FmuType = 'Float64' | 'Float32' | 'Int8' | 'UInt8' | 'Int16' | 'UInt16' | 'Int32' | 'UInt32' | 'Int64' | 'UInt64' | 'Boolean' | 'Enumeration' | 'String' | 'Binary' | 'Clock'

export interface FmuVariable {
  readonly name: string
  readonly reference: number
  readonly type: FmuType
  /** `input`, `output`, `parameter`, `local` …, as FMI names them. */
  readonly causality: string
  readonly variability: string
  readonly initial: string | undefined
  readonly start: number | boolean | string | undefined
  readonly min: number | undefined
  readonly max: number | undefined
  readonly unit: FmuUnit | undefined
  /** Of differences, such as of two temperatures: offsets of units do not count. */
  readonly isRelative: boolean
  readonly isArray: boolean
}

/** What an FMU says of itself, of version 2.0 or 3.0, as far as co-simulation goes. */
export interface ModelDescription {
  readonly version: FmiVersion
  readonly modelName: string
  /** `guid` or `instantiationToken`: the binary wants to hear it. */
  readonly token: string
  readonly tool: string | undefined
  /** Of the binary's file. */
  readonly identifier: string
  readonly capabilities: { readonly needsExecutionTool: boolean; readonly isOncePerProcess: boolean; /** Seconds. */ readonly fixedInternalStep: number | undefined }
  readonly experiment: { readonly stepSize: number | undefined; readonly tolerance: number | undefined }
  readonly variables: ReadonlyMap<string, FmuVariable>
}

/** Reads modelDescription.xml: FMI 2.0.5, section 2.2, and FMI 3.0.2, section 2.4. */
export function parseModelDescription(text: string): Parsed<ModelDescription> {
  const xml = parseXml(text)
  if (!xml.ok) return unparsable(`Its modelDescription.xml cannot be read: ${xml.problem}`)
  const root = xml.value
  const version = versionOf(root)
  if (!version) return unparsable(`Its modelDescription.xml is of ${JSON.stringify(root.attributes.get('fmiVersion') ?? root.name)}; FMI 2.0 and 3.0 are taken.`)
  const coSimulation = childOf(root, 'CoSimulation')
  if (!coSimulation) return unparsable('It has no co-simulation, only other kinds such as model exchange, which are not taken. Export it for co-simulation.')
  const identifier = coSimulation.attributes.get('modelIdentifier') ?? ''
  if (!/^[A-Za-z_]\w*$/.test(identifier)) return unparsable(`Its modelIdentifier ${JSON.stringify(identifier)} is none: it takes a name of C.`)
  const variables = readVariables(root, version, readUnits(root))
  if (!variables.ok) return variables
  const experiment = childOf(root, 'DefaultExperiment')
  return parsed({
    version, identifier, variables: variables.value,
    modelName: root.attributes.get('modelName') ?? identifier,
    token: root.attributes.get(version === '2.0' ? 'guid' : 'instantiationToken') ?? '',
    tool: root.attributes.get('generationTool'),
    capabilities: {
      needsExecutionTool: isTrue(coSimulation, 'needsExecutionTool'),
      isOncePerProcess: isTrue(coSimulation, 'canBeInstantiatedOnlyOncePerProcess'),
      fixedInternalStep: positive(coSimulation, 'fixedInternalStepSize'),
    },
    experiment: { stepSize: positive(experiment, 'stepSize'), tolerance: positive(experiment, 'tolerance') },
  })
}

/** Pre-releases of 3.0 (`3.0-beta.1`) are other formats. */
function versionOf({ name, attributes }: XmlElement): FmiVersion | undefined {
  const version = attributes.get('fmiVersion') ?? ''
  return name !== 'fmiModelDescription' ? undefined : version === '2.0' ? '2.0' : /^3\.\d+(\.\d+)?$/.test(version) ? '3.0' : undefined
}

const isTrue = (element: XmlElement, name: string): boolean => ['true', '1'].includes(element.attributes.get(name) ?? '')

function positive(element: XmlElement | undefined, name: string): number | undefined {
  const value = Number(element?.attributes.get(name) ?? Number.NaN)
  return value > 0 && Number.isFinite(value) ? value : undefined
}

function readUnits(root: XmlElement): ReadonlyMap<string, FmuUnit> {
  const units = childOf(root, 'UnitDefinitions')?.children.filter(({ name }) => name === 'Unit') ?? []
  return new Map(units.map((unit) => {
    const name = unit.attributes.get('name') ?? ''
    const base = childOf(unit, 'BaseUnit')?.attributes
    const numberOf = (attribute: string, fallback: number): number => finiteOr(base?.get(attribute), fallback)
    return [name, { name, exponents: base && baseUnits.map((each) => numberOf(each, 0)), factor: numberOf('factor', 1), offset: numberOf('offset', 0) }]
  }))
}

const finiteOr = (text: string | undefined, fallback: number): number => (text !== undefined && Number.isFinite(Number(text)) ? Number(text) : fallback)
