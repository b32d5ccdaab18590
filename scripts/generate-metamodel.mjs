/**
 * Writes src/model/dtdl/metamodel/metamodel.json: DTDL's metamodel (all versions, extensions and limits), cut down to what validation needs.
 * Source: dtdl_digest.json of https://github.com/digitaltwinconsortium/DTDLParser (MIT). Names and figures are taken over, no code and no texts.
 * Usage: node scripts/generate-metamodel.mjs [dtdl_digest.json.gz]
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const input = process.argv[2] ?? new URL('../../shared/data/dtdl/conformance/dtdl_digest.json.gz', import.meta.url)
const output = new URL('../src/model/dtdl/metamodel/metamodel.json', import.meta.url)
const digest = JSON.parse(gunzipSync(readFileSync(input)).toString())

const mapValues = (object, change) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]))
const isEmpty = (value) => value === undefined || value === null || value === false || (typeof value === 'object' && Object.keys(value).length === 0)
/** Without members that say nothing. */
const lean = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => !isEmpty(value)))

/** Names by the ids made of them: `{ "dtmi:standard:unit:*;2": ["acre", "ampere"] }` stands for two ids. */
function pack(pairs) {
  const packed = {}
  for (const [name, id] of pairs) {
    const at = id.lastIndexOf(name)
    const pattern = at < 0 ? `${id}=` : `${id.slice(0, at)}*${id.slice(at + name.length)}`
    ;(packed[pattern] ??= []).push(name)
  }
  return packed
}

function toPropertyFacts(shared, facts) {
  const {
    allowed,
    hidden,
    deprecated,
    patternDesc,
    defaultLanguage,
    uniqueAmong,
    class: type,
    typeRequired,
    values,
    valueUris,
    minCount,
    maxCount,
    ...rest
  } = facts
  const literal = shared.literal
  return lean({
    ...rest,
    kind: literal ? (shared.datatype ?? 'any') : type ? 'element' : 'identifier',
    class: type,
    plural: shared.plural,
    segment: shared.dtmiSegment,
    typeOptional: typeRequired === false,
    permitted: valueUris,
    minCount,
    maxCount: maxCount === 1 && !shared.plural ? undefined : maxCount,
  })
}

function toClass(name, source) {
  const own = Object.entries(source.properties).filter(([, { _: shared }]) => !shared.inherited)
  return lean({
    parent: source.parentClass,
    // The elements of some classes, such as Double, are all given: documents refer to them and define none.
    versions: source.standardElementIds ? [] : source.dtdlVersions.filter((version) => (source.concreteSubclasses[version] ?? []).includes(name)),
    properties: Object.fromEntries(
      own.flatMap(([property, { _: shared, ...versions }]) => {
        const allowed = Object.entries(versions).filter(([, facts]) => facts.allowed)
        return allowed.length === 0
          ? []
          : [[property, Object.fromEntries(allowed.map(([version, facts]) => [version, toPropertyFacts(shared, facts)]))]]
      }),
    ),
  })
}

const xsd = 'http://www.w3.org/2001/XMLSchema#'
function toAdjunctProperty({ propertyName, type, typeName, childOf, minCount, maxLength, minInclusive, pattern, uniqueValue, instanceProperty }) {
  const kind = type?.startsWith(xsd) ? type.slice(xsd.length) : type ? 'element' : typeName
  return lean({
    name: propertyName,
    kind,
    type: kind === 'element' ? type : undefined,
    childOf,
    minCount,
    maxLength,
    minInclusive,
    pattern,
    uniqueValue,
    instanceProperty,
  })
}

function toAdjunct(source) {
  const {
    abstract,
    parent,
    cotypes,
    cotypeVersions,
    extensionKind,
    extensionContext,
    constraints,
    siblings,
    cocotypes,
    discotypes,
    altcotypes,
    properties,
  } = source
  const brief = ({ requiredTypeNames, requiredTypesString, requiredValueNames, requiredValuesString, disallowedTypeName, ...rest }) => rest
  return lean({
    abstract,
    parent,
    kind: extensionKind,
    context: extensionContext,
    cotypes,
    versions: cotypeVersions,
    cocotypes,
    discotypes,
    altcotypes,
    constraints: constraints.map(brief),
    siblings: siblings.map(brief),
    properties: mapValues(properties, toAdjunctProperty),
  })
}

/** Quantitative types differ in nothing but their unit; each group has one pattern. */
function packAdjuncts(types) {
  const groups = new Map()
  for (const [id, type] of Object.entries(types)) {
    const name = /[^:;]+(?=;|$)/.exec(id.replace(/;\d+$/, ''))[0]
    const [unit] = Object.values(type.properties ?? {})
    const unitName = unit?.name === 'unit' ? (unit.childOf ?? unit.type).replace(/;\d+$/, '').split(':').at(-1) : undefined
    const shape = JSON.stringify(type).replaceAll(unitName === undefined ? '\0' : `:${unitName}`, ':%')
    const pattern = `${id.slice(0, id.lastIndexOf(name))}*${id.slice(id.lastIndexOf(name) + name.length)}`
    const key = `${pattern} ${shape}`
    const group = groups.get(key) ?? { pattern, shape: JSON.parse(shape), names: {} }
    group.names[name] = unitName ?? ''
    groups.set(key, group)
  }
  return [...groups.values()]
}

const standardIds = new Map(Object.values(digest.contexts).flatMap((terms) => Object.entries(terms)))
const expand = (value) => (value.startsWith('dtmi:') ? value : undefined)
/** A standard element as a DTDL document without texts, with full ids for terms. */
function toDocument(element, context, parent = '') {
  const terms = digest.contexts[Array.isArray(context) ? context[0] : context]
  const full = (value) => (typeof value === 'string' ? (expand(value) ?? terms[value] ?? standardIds.get(value)) : toDocument(value, context))
  const { '@id': id, '@type': type = 'Field', name, schema, elementSchema, valueSchema, fields, enumValues, enumValue } = element
  const own = id ?? `${parent.split(';')[0]}:_fields:__${name};${parent.split(';')[1]}`
  return lean({
    id: own,
    type,
    name,
    enumValue,
    schema: schema && full(schema),
    elementSchema: elementSchema && full(elementSchema),
    valueSchema: valueSchema && full(valueSchema),
    fields: fields?.map((field) => toDocument(field, context, own)),
    enumValues: enumValues?.map((value) => toDocument({ '@type': 'EnumValue', ...value }, context, own)),
  })
}

const versionOf = ({ '@context': context }) => Number(/dtmi:dtdl:context;(\d)/.exec([context].flat().join(' '))[1])
const elements = { primitives: {}, aliases: {}, units: {}, enums: [], schemas: [] }
for (const element of digest.elements) {
  const id = element['@id']
  const types = [element['@type']].flat()
  const version = versionOf(element)
  if (element.aliasFor) elements.aliases[id] = element.aliasFor
  else if (id.startsWith('dtmi:dtdl:instance:')) elements.primitives[id] = `${types[0]};${version}`
  else if (types[0] === 'Enum' && id.includes(':quantitativeTypes:')) {
    const values = (element.enumValues ?? []).map(({ '@id': value, name, enumValue }) => {
      if (name !== enumValue) throw new Error(`${value} has another value than its name.`)
      return [name, value]
    })
    elements.enums.push({ id, version, values: pack(values) })
  } else if (['Object', 'Array', 'Enum'].includes(types[0])) elements.schemas.push({ ...toDocument(element, element['@context']), version })
  else (elements.units[types[0]] ??= []).push(id)
}
elements.units = mapValues(elements.units, (ids) => pack(ids.map((id) => [id.replace(/;\d+$/, '').split(':').at(-1), id])))

const byVersion = (object) => Object.fromEntries(Object.entries(object).filter(([version]) => /^\d$/.test(version)))

const table = {
  source: 'https://github.com/digitaltwinconsortium/DTDLParser dtdl/dtdl_digest.json at c368fb0828aa7944747d147c1bf6e3999c095f62',
  licence: 'MIT. Copyright (c) Digital Twin Consortium and Microsoft Corporation. Generated by scripts/generate-metamodel.mjs; do not edit.',
  affiliates: digest.affiliateContextsImplicitDtdlVersions,
  limits: digest.limitContexts,
  reservedIdPrefixes: digest.reservedIdPrefixes,
  apocrypha: digest.apocrypha,
  undefinedExtensionsByDefault: digest.dtdlVersionsAllowingUndefinedExtensionsByDefault,
  customLimits: digest.dtdlVersionsAllowingCustomLimits,
  keywordsRestricted: digest.dtdlVersionsRestrictingKeywords,
  identifiers: {
    definition: byVersion(digest.identifierDefinition),
    interface: digest.identifierDefinition.Interface,
    reference: digest.identifierReference,
  },
  partitions: digest.partitions,
  controls: digest.descendantControls.map(({ dtdlVersion, ...control }) => lean({ version: dtdlVersion, ...control })),
  classes: mapValues(digest.materialClasses, (source, name) => toClass(name, source)),
  adjuncts: packAdjuncts(mapValues(digest.supplementalTypes, toAdjunct)),
  contexts: mapValues(digest.contexts, (terms) => pack(Object.entries(terms))),
  elements,
}

/** JSON with a line a member down to the third level: diffs stay readable, the file small. */
const write = (value, depth) => {
  if (depth === 0 || typeof value !== 'object' || value === null || Object.keys(value).length === 0) return JSON.stringify(value)
  const inside = Array.isArray(value)
    ? value.map((item) => write(item, depth - 1))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${write(item, depth - 1)}`)
  return Array.isArray(value) ? `[\n${inside.join(',\n')}\n]` : `{\n${inside.join(',\n')}\n}`
}
writeFileSync(output, `${write(table, 3)}\n`)
