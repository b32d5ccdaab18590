import { encodeCursor } from '../change/cursor.ts'
import { toJson } from '../domain/values.ts'
import type { LayeredProperty, LayeredSetting } from '../history/layered-history.ts'
import type { Schema } from '../model/model.ts'
import { componentId } from '../twin/state.ts'
import type { Json } from '../util/json.ts'
import { explainPromotion, explainScenario, foundByCalibration } from './explain-scenario.ts'
import type { Ground } from './ground.ts'
import type { LineageVantage, SeenTwin } from './lineage-ports.ts'
import { type Cause, type Found, nodeId, type PropertyNode, type SettingNode } from './lineage-node.ts'

export interface PropertyName {
  /** The id of a twin or component. */
  readonly twin: string
  /** Of a component of the twin, `component.name`. */
  readonly property: string
}

/** A property, from the mutation that set it; undefined where there is no such twin, or its model has no such property. */
export async function explainProperty(ground: Ground, given: PropertyName, from: LineageVantage): Promise<Found<PropertyNode> | undefined> {
  const { twin: id, property: name } = ownerOf(given)
  const twin = await ground.twin(id, from)
  const asked = twin && toAsked(ground, twin, name, from)
  if (!asked) return undefined
  const last = await ground.lastSetting(asked, from)
  const node: PropertyNode = {
    kind: 'LineageProperty', id: nodeId('property', id, name, from.at ?? null, from.scenario ?? null, from.scenario === undefined ? null : from.saidUntil ?? null), twin: id, property: name, value: valueOf(twin, asked, last, from), unit: unitOf(ground, twin, name),
    asOf: from.at === undefined ? null : new Date(from.at).toISOString(), scenario: from.scenario ?? null,
  }
  return { node, causes: last && (() => Promise.resolve([{ role: 'SET_BY', of: explainSetting(ground, asked, last) }])) }
}

/** Components are things of their own. */
export function ownerOf({ twin, property }: PropertyName): PropertyName {
  const dot = property.indexOf('.')
  return dot < 0 ? { twin, property } : { twin: componentId(twin, property.slice(0, dot)), property: property.slice(dot + 1) }
}

function toAsked(ground: Ground, { id, model, isComponent, born }: SeenTwin, name: string, { at, chain }: LineageVantage): LayeredProperty | undefined {
  const content = ground.registry().get(model)?.contents.get(name)
  return content?.kind === 'Property' ? { id, isComponent, name, model, schema: content.schema, born, at, chain } : undefined
}

function unitOf(ground: Ground, { model }: SeenTwin, name: string): string | null {
  const content = ground.registry().get(model)?.contents.get(name)
  return content?.kind === 'Property' ? content.unit ?? null : null
}

/** As it is read, but for a scenario of which a later word does not count. */
function valueOf({ properties }: SeenTwin, { name, schema }: LayeredProperty, last: LayeredSetting | undefined, { saidUntil }: LineageVantage): Json {
  const seen = Object.hasOwn(properties, name) ? properties[name] ?? null : null
  if (saidUntil === undefined || !last) return seen
  if ('inScenario' in last) return last.inScenario.after as Json // values in DTDL's JSON form
  return last.inGraph.after === undefined ? seen : json(schema, last.inGraph.after)
}

const json = (schema: Schema | undefined, stored: unknown): Json => (stored === null || stored === undefined || !schema ? (stored ?? null) as Json : toJson(schema, stored) as Json)

/** A mutation that set a property, and what it did it for. */
export function explainSetting(ground: Ground, asked: LayeredProperty, setting: LayeredSetting): Found<SettingNode> {
  const node = toNode(ground, asked, setting)
  return { node, causes: () => causesOf(ground, asked, setting) }
}

async function causesOf(ground: Ground, asked: LayeredProperty, setting: LayeredSetting): Promise<readonly Cause[]> {
  if ('inScenario' in setting) {
    const { scenarioId, cause } = setting.inScenario
    const scenario = await explainScenario(ground, scenarioId)
    const calibration = cause === 'applyCalibration' ? await foundByCalibration(ground, scenarioId) : []
    return [...(scenario ? [{ role: 'SAID_IN' as const, of: scenario }] : []), ...calibration]
  }
  const { at, cause } = setting.inGraph
  return cause === 'promoteScenario' ? await explainPromotion(ground, asked, at) : []
}

function toNode(ground: Ground, { id: twin, name: property }: LayeredProperty, setting: LayeredSetting): SettingNode {
  const kind = 'LineageSetting'
  if ('inScenario' in setting) {
    const { at, seq, actor, cause, before, after, scenarioId: scenario } = setting.inScenario
    return { kind, id: nodeId('setting', twin, property, seq), twin, property, at: new Date(at).toISOString(), before: before as Json, after: after as Json, actor, cause, cursor: encodeCursor(seq), version: null, scenario }
  }
  const { at, seq, actor = null, cause = null, version, model, before, after } = setting.inGraph
  const content = ground.registry().get(model)?.contents.get(property)
  const schema = content?.kind === 'Property' ? content.schema : undefined
  return {
    kind, id: nodeId('setting', twin, property, seq ?? `at ${at}`), twin, property, at: new Date(at).toISOString(), before: json(schema, before), after: json(schema, after),
    actor, cause, cursor: seq === undefined ? null : encodeCursor(seq), version, scenario: null,
  }
}
