import { toNormalJson } from '../change/feed/normal-json.ts'
import type { Schema } from '../model/model.ts'
import { mergePatch } from '../twin/merge-patch.ts'
import { isObject } from '../twin/state.ts'

/** A property of one twin or component, and the scenarios it is looked at in. */
export interface PropertyIn {
  readonly id: string
  readonly isComponent: boolean
  readonly name: string
  /** Their numbers, the one that is looked at first and then those it branches off from. */
  readonly chain: readonly number[]
}

/** An entry of the journal that was written into a scenario, and may set the property. */
export interface ScenarioEntry {
  readonly scenario: number
  readonly scenarioId: string
  readonly at: number
  readonly seq: number
  readonly isBirth: boolean
  readonly actor: string
  readonly cause: string
  /** A merge patch of the thing; of a birth, the values of the twin, its components' under their names. */
  readonly patch: string
}

export interface ScenarioEntries {
  /** Of each property, the entries of its scenarios in any order. Fails with QUERY_TOO_COSTLY where they are too many. */
  read(asked: readonly PropertyIn[], signal?: AbortSignal): Promise<readonly (readonly ScenarioEntry[])[]>
}

/** A property was set in a scenario; values in DTDL's JSON form, null where there is none. */
export interface ScenarioSetting extends Omit<ScenarioEntry, 'isBirth' | 'patch'> {
  /** The place of its scenario in the chain: 0 is the one that is looked at. */
  readonly level: number
  readonly before: unknown
  readonly after: unknown
}

export interface ScenarioSettings {
  /** The latest of the scenario itself first, those that it branches off from after it. */
  readonly settings: readonly ScenarioSetting[]
  /** Whether the thing was created in one of the scenarios, so that the graph has no history of it. */
  readonly isOwn: boolean
}

/** What one entry gives the property; undefined: it says nothing of it. */
function givenBy({ isBirth, patch }: ScenarioEntry, { id, isComponent, name }: PropertyIn): { readonly value: unknown } | undefined {
  const all: unknown = JSON.parse(patch)
  const values = isBirth && isComponent ? (isObject(all) ? all[id.slice(id.lastIndexOf('#') + 1)] : undefined) : all
  return isObject(values) && Object.hasOwn(values, name) ? { value: values[name] } : undefined
}

/**
 * What a scenario says goes over what is below, so the latest setting of the nearest scenario counts. Values are found by doing the patches one after the other,
 * from what is below by now: `below` in DTDL's JSON form.
 */
export function scenarioSettings(property: PropertyIn, entries: readonly ScenarioEntry[], schema: Schema, below: unknown): ScenarioSettings {
  const settings: ScenarioSetting[] = []
  let value = below
  let isOwn = false
  for (const [index, number] of property.chain.toReversed().entries()) {
    const own = entries.filter(({ scenario }) => scenario === number).sort((a, b) => a.seq - b.seq)
    const life = own.slice(Math.max(0, own.findLastIndex(({ isBirth }) => isBirth)))
    if (life[0]?.isBirth) {
      settings.length = 0 // it hides what is below
      value = null
      isOwn = true
    }
    for (const entry of life) {
      const given = givenBy(entry, property)
      if (!given || (entry.isBirth && given.value === null)) continue
      const before = value
      value = given.value === null ? null : toNormalJson(schema, schema.kind === 'object' || schema.kind === 'map' ? mergePatch(before, given.value) : given.value)
      const { isBirth: _birth, patch: _patch, ...rest } = entry
      settings.push({ ...rest, level: property.chain.length - 1 - index, before, after: value })
    }
  }
  return { settings: settings.reverse(), isOwn }
}
