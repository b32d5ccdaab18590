import table from './metamodel.json' with { type: 'json' }

/** What lies in metamodel.json, as scripts/generate-metamodel.mjs writes it. */
export interface MetamodelTable {
  /** Contexts that imply a DTDL version of their own. */
  readonly affiliates: Readonly<Record<string, number>>
  readonly limits: Readonly<Record<string, { readonly dtdlVersion: number; readonly spec: string }>>
  /** Prefixes of ids that documents may not define, by the context that reserves them. */
  readonly reservedIdPrefixes: Readonly<Record<string, readonly string[]>>
  readonly apocrypha: Readonly<Record<string, Readonly<Record<ApocryphalTerm, Treatment>>>>
  readonly undefinedExtensionsByDefault: readonly number[]
  readonly customLimits: readonly number[]
  readonly keywordsRestricted: readonly number[]
  readonly identifiers: {
    readonly definition: Readonly<Record<string, IdentifierRule>>
    /** What is more for the ids of Interfaces. */
    readonly interface: Readonly<Record<string, IdentifierRule>>
    readonly reference: Readonly<Record<string, IdentifierRule>>
  }
  readonly partitions: Readonly<Record<string, { readonly maxBytes?: Limits }>>
  readonly controls: readonly DescendantControl[]
  readonly classes: Readonly<
    Record<
      string,
      {
        readonly parent?: string
        /** In which documents may say that they are of the class; none where it is abstract. */
        readonly versions?: readonly number[]
        readonly properties?: Readonly<Record<string, Readonly<Record<string, Omit<PropertyFacts, 'name'>>>>>
      }
    >
  >
  readonly adjuncts: readonly { readonly pattern: string; readonly shape: AdjunctShape; readonly names: Readonly<Record<string, string>> }[]
  readonly contexts: Readonly<Record<string, PackedIds>>
  readonly elements: {
    readonly primitives: Readonly<Record<string, string>>
    readonly aliases: Readonly<Record<string, string>>
    readonly units: Readonly<Record<string, PackedIds>>
    readonly enums: readonly { readonly id: string; readonly version: number; readonly values?: PackedIds }[]
    readonly schemas: readonly StandardSchema[]
  }
}

/** Names by the pattern of their ids: `*` stands for the name. */
export type PackedIds = Readonly<Record<string, readonly string[]>>
/** A limit by the limits in force: '' are DTDL's own. */
export type Limits = Readonly<Record<string, number>>
export interface IdentifierRule {
  readonly maxLength?: Limits
  readonly pattern?: string
}

/** Terms that no context defines, or that mean something else: see `apocrypha`. */
export type ApocryphalTerm = `${'invalidDtmi' | 'irrelevantDtmiOrTerm' | 'notDtmiNorTerm' | 'undefinedTerm'}As${'Cotype' | 'Property'}`
/** Tenable: valid where an undefined extension may define it. */
export type Treatment = 'valid' | 'tenable' | 'invalid'

export interface PropertyFacts {
  readonly name: string
  /** element: refers to or holds elements; identifier: names one that need not exist; else a literal. */
  readonly kind: 'element' | 'identifier' | 'string' | 'integer' | 'boolean' | 'langString' | 'any'
  readonly class?: string
  readonly plural?: boolean
  /** Of several values: the property that tells them apart, and gives them their ids. */
  readonly segment?: string
  readonly minCount?: number
  readonly maxCount?: number
  readonly maxLength?: Limits
  readonly pattern?: string
  readonly minInclusive?: number
  readonly maxInclusive?: number
  readonly uniqueProperties?: readonly string[]
  /** DTDL versions of the elements that it may refer to. */
  readonly versions?: readonly number[]
  /** The only elements it may refer to. */
  readonly permitted?: readonly string[]
  readonly idRequired?: boolean
  readonly typeOptional?: boolean
}

/** A rule about all elements reached from an element of `rootClass` through `properties`. */
export interface DescendantControl {
  readonly version: number
  readonly rootClass: string
  readonly definingClass: string
  readonly properties: readonly string[]
  /** Only steps through these properties, else whatever the elements hold. */
  readonly narrow?: boolean
  readonly allowSelf?: boolean
  readonly excludeType?: string
  readonly maxDepth?: Limits
  readonly maxCount?: Limits
  readonly importProperties?: readonly string[]
  readonly datatypeProperty?: string
}

export interface AdjunctPropertyFacts {
  readonly name: string
  /** element, Entity: refers to an element; IRI: the term of a property; else a literal of XML Schema's type. */
  readonly kind: 'element' | 'IRI' | 'string' | 'integer' | 'decimal' | 'duration' | 'Entity'
  /** Of the element. */
  readonly type?: string
  /** Of which standard enum the element is a value. */
  readonly childOf?: string
  readonly minCount?: number
  readonly maxLength?: number
  readonly minInclusive?: number
  readonly pattern?: string
  /** No two siblings have the same. */
  readonly uniqueValue?: boolean
  /** The literal conforms to the schema that the element has under this property. */
  readonly instanceProperty?: string
}

export interface AdjunctConstraint {
  readonly property: string
  readonly requiredTypes?: readonly string[]
  readonly requiredValues?: readonly string[]
  /** About the element that holds this one under `property`. */
  readonly inverse?: boolean
  readonly noneOtherType?: string
  readonly someOtherType?: string
  readonly siblingKey?: string
  readonly siblingKeyref?: string
  readonly siblingParentOf?: string
}

export interface SiblingRule {
  readonly key: string
  readonly keyref: string
  readonly requiredTypes?: readonly string[]
  readonly disallowedType?: string
  readonly supplementalProperty?: string
  readonly uniqueReference?: string
}

export interface AdjunctShape {
  readonly abstract?: boolean
  readonly parent?: string
  readonly kind: 'None' | 'SemanticType' | 'SemanticUnit' | 'Unit' | 'UnitAttribute' | 'AdjunctType'
  readonly context: string
  readonly cotypes?: readonly string[]
  readonly versions?: readonly number[]
  readonly cocotypes?: readonly string[]
  readonly discotypes?: readonly string[]
  readonly altcotypes?: readonly string[]
  readonly constraints?: readonly AdjunctConstraint[]
  readonly siblings?: readonly SiblingRule[]
  readonly properties?: Readonly<Record<string, AdjunctPropertyFacts>>
}

export interface StandardSchema {
  readonly id: string
  readonly type: string
  readonly version?: number
  readonly name?: string
  readonly enumValue?: string
  readonly schema?: string | StandardSchema
  readonly elementSchema?: string | StandardSchema
  readonly valueSchema?: string
  readonly fields?: readonly StandardSchema[]
  readonly enumValues?: readonly StandardSchema[]
}

// The type TypeScript infers from the file names every single key; what the generator writes is described above.
export const metamodelTable = table as unknown as MetamodelTable

/** Every name and id of packed ids. */
export function* unpack(packed: PackedIds): Generator<readonly [name: string, id: string]> {
  for (const [pattern, names] of Object.entries(packed))
    for (const name of names) yield [name, pattern.endsWith('=') ? pattern.slice(0, -1) : pattern.replace('*', name)]
}
