import type { FmuUnit } from './fmu-unit.ts'
import type { FmiVersion, FmuType, FmuVariable } from './model-description.ts'
import { childOf, type Parsed, parsed, unparsable, type XmlElement } from './xml.ts'

const typesOf2: ReadonlyMap<string, FmuType> = new Map([['Real', 'Float64'], ['Integer', 'Int32'], ['Boolean', 'Boolean'], ['String', 'String'], ['Enumeration', 'Enumeration']])
const typesOf3: ReadonlyMap<string, FmuType> = new Map(
  (['Float64', 'Float32', 'Int8', 'UInt8', 'Int16', 'UInt16', 'Int32', 'UInt32', 'Int64', 'UInt64', 'Boolean', 'Enumeration', 'String', 'Binary', 'Clock'] as const).map((type) => [type, type]),
)

/** A variable as both versions have it: the type, where its attributes lie, and those of the type that it was declared with. */
interface Declaration {
  readonly element: XmlElement
  readonly type: FmuType
  readonly typed: XmlElement
  readonly declared: XmlElement | undefined
}

/** `ModelVariables`, by name. */
export function readVariables(root: XmlElement, version: FmiVersion, units: ReadonlyMap<string, FmuUnit>): Parsed<ReadonlyMap<string, FmuVariable>> {
  const types = readTypes(root, version)
  const variables = new Map<string, FmuVariable>()
  for (const element of childOf(root, 'ModelVariables')?.children ?? []) {
    const declaration = version === '2.0' ? declarationOf2(element, types) : declarationOf3(element, types)
    const name = element.attributes.get('name')
    if (!declaration || name === undefined) return unparsable(`A variable of its modelDescription.xml has no name or a type that FMI ${version} does not have: ${JSON.stringify(name ?? element.name)}.`)
    const reference = Number(element.attributes.get('valueReference'))
    if (!Number.isInteger(reference) || reference < 0 || reference > 0xffff_ffff) return unparsable(`The variable ${JSON.stringify(name)} of its modelDescription.xml has no valueReference.`)
    variables.set(name, toVariable(name, reference, declaration, units))
  }
  return parsed(variables)
}

function toVariable(name: string, reference: number, { element, type, typed, declared }: Declaration, units: ReadonlyMap<string, FmuUnit>): FmuVariable {
  const said = (attribute: string): string | undefined => typed.attributes.get(attribute) ?? declared?.attributes.get(attribute)
  const isFloat = type === 'Float64' || type === 'Float32'
  const unit = said('unit')
  return {
    name, reference, type,
    causality: element.attributes.get('causality') ?? 'local',
    variability: element.attributes.get('variability') ?? (isFloat ? 'continuous' : 'discrete'),
    initial: element.attributes.get('initial'),
    start: startOf(type, typed.attributes.get('start') ?? childOf(typed, 'Start')?.attributes.get('value')),
    min: finite(said('min')), max: finite(said('max')),
    unit: unit === undefined ? undefined : units.get(unit) ?? { name: unit, exponents: undefined, factor: 1, offset: 0 },
    isRelative: ['true', '1'].includes(said('relativeQuantity') ?? ''),
    isArray: childOf(typed, 'Dimension') !== undefined,
  }
}

/** `<ScalarVariable name=… ><Real declaredType=… start=…/></ScalarVariable>` */
function declarationOf2(element: XmlElement, types: ReadonlyMap<string, XmlElement>): Declaration | undefined {
  const typed = element.children.find(({ name }) => typesOf2.has(name))
  const type = typesOf2.get(typed?.name ?? '')
  return element.name !== 'ScalarVariable' || !typed || !type ? undefined : { element, type, typed, declared: types.get(typed.attributes.get('declaredType') ?? '') }
}

/** `<Float64 name=… declaredType=… start=…/>` */
function declarationOf3(element: XmlElement, types: ReadonlyMap<string, XmlElement>): Declaration | undefined {
  const type = typesOf3.get(element.name)
  return type && { element, type, typed: element, declared: types.get(element.attributes.get('declaredType') ?? '') }
}

/** `<SimpleType name=…><Real unit=…/></SimpleType>` of 2.0; `<Float64Type name=… unit=…/>` of 3.0. */
function readTypes(root: XmlElement, version: FmiVersion): ReadonlyMap<string, XmlElement> {
  const types = childOf(root, 'TypeDefinitions')?.children ?? []
  return new Map(types.flatMap((type) => {
    const attributes = version === '2.0' ? type.children.find(({ name }) => typesOf2.has(name)) : type
    return attributes ? [[type.attributes.get('name') ?? '', attributes] as const] : []
  }))
}

function startOf(type: FmuType, text: string | undefined): FmuVariable['start'] {
  if (text === undefined || type === 'Binary' || type === 'Clock') return undefined
  if (type === 'String') return text
  if (type === 'Boolean') return text === 'true' || text === '1'
  return finite(text)
}

const finite = (text: string | undefined): number | undefined => (text !== undefined && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined)
