import { getInterop } from '@digicatapult/dtdl-parser'

/** What the reference parser (DTDLParser, .NET, as WebAssembly) makes of documents, as far as these tests look. */
export interface Entity {
  readonly Id: string
  readonly EntityKind: string
  readonly name?: string
  readonly displayName: Readonly<Record<string, string>>
  readonly description: Readonly<Record<string, string>>
  readonly schema?: string
  readonly target?: string
  readonly elementSchema?: string
  readonly enumValue?: unknown
  readonly extendedBy?: readonly string[]
  readonly extends?: readonly string[]
  readonly fields?: readonly string[]
  readonly enumValues?: readonly string[]
  /** By name in an Interface, a list in a Relationship. */
  readonly properties?: Readonly<Record<string, string>> | readonly string[]
  readonly relationships?: Readonly<Record<string, string>>
  readonly components?: Readonly<Record<string, string>>
  readonly SupplementalProperties: Readonly<Record<string, unknown>>
}

export interface ObjectModel {
  readonly entities: ReadonlyMap<string, Entity>
  get(id: string | undefined): Entity
  isA(model: string, ancestor: string | undefined): boolean
  /** The properties of an Interface (inherited ones too) or of a Relationship, by name. */
  propertiesOf(id: string | undefined): ReadonlyMap<string, Entity>
  /** What is wrong with the value, each with its path; nothing where it conforms. */
  faults(schema: string | undefined, value: unknown, path: string): string[]
}

/** Throws the parser's own report where the documents are not valid DTDL. */
export async function parseWithReference(documents: readonly unknown[]): Promise<ObjectModel> {
  const { parse } = await getInterop()
  const entities = new Map(Object.entries(JSON.parse(parse(JSON.stringify(documents))) as Record<string, Entity>))
  const get = (id: string | undefined): Entity => {
    const entity = entities.get(id ?? '')
    if (!entity) throw new ReferenceError(`the models have no ${id}`)
    return entity
  }
  const model: ObjectModel = {
    entities,
    get,
    isA: (id, ancestor) => id === ancestor || (get(id).extends ?? []).some((parent) => model.isA(parent, ancestor)),
    propertiesOf: (id) => new Map(Object.values(get(id).properties ?? {}).map((property: string) => [get(property).name ?? '', get(property)])),
    faults: (schema, value, path) => faultsOf(model, get(schema), value, path),
  }
  return model
}

const primitives: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['String', (value: unknown) => typeof value === 'string' && value !== ''],
  ['Boolean', (value: unknown) => typeof value === 'boolean'],
  ['Double', (value: unknown) => Number.isFinite(value)],
  ['Integer', (value: unknown) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31],
  ['Date', (value: unknown) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))],
  ['Duration', (value: unknown) => typeof value === 'string' && /^P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/.test(value)],
])

function faultsOf(model: ObjectModel, schema: Entity, value: unknown, path: string): string[] {
  const fault = [`${path}: ${JSON.stringify(value)} is not of ${schema.EntityKind} ${schema.Id}`]
  switch (schema.EntityKind) {
    case 'Array':
      return Array.isArray(value) ? value.flatMap((element, index) => model.faults(schema.elementSchema, element, `${path}[${index}]`)) : fault
    case 'Enum':
      return (schema.enumValues ?? []).some((id) => model.get(id).enumValue === value) ? [] : fault
    case 'Object': {
      if (typeof value !== 'object' || value === null) return fault
      const fields = new Map((schema.fields ?? []).map((id) => [model.get(id).name ?? '', model.get(id)]))
      return Object.entries(value).flatMap(([name, part]) => {
        const field = fields.get(name)
        return field ? model.faults(field.schema, part, `${path}.${name}`) : [`${path}: no field ${name} in ${schema.Id}`]
      })
    }
    default: {
      const conforms = primitives.get(schema.EntityKind)
      if (!conforms) throw new RangeError(`these tests do not know the schema ${schema.EntityKind} of ${path}`)
      return conforms(value) ? [] : fault
    }
  }
}
