import { toJson } from '../domain/values.ts'
import type { Schema } from '../model/model.ts'
import type { PageOptions, PropertyHistory, PropertyOf, Setting } from './property-history.ts'
import { type PropertyIn, type ScenarioEntries, type ScenarioSetting, type ScenarioSettings, scenarioSettings } from './scenario-settings.ts'

/** A property, and the scenarios it is looked at in; none: the graph itself. */
export interface LayeredProperty extends PropertyOf, PropertyIn {
  /** DTMI of the thing's model as it is looked at, which scenarios do not change. */
  readonly model: string
  readonly schema: Schema
}

/** A setting in the graph or in a scenario. */
export type LayeredSetting = { readonly inGraph: Setting } | { readonly inScenario: ScenarioSetting }

/** Where a page ended: at a setting of a scenario, or in the graph at an instant. */
export type HistoryPlace = { readonly level: number; readonly seq: number } | { readonly at: number }

export interface LayeredPage {
  /** Those of the scenario first, the latest before the others, then those of what it branches off from. */
  readonly settings: readonly LayeredSetting[]
  readonly hasMore: boolean
  /** See HistoryPage. */
  readonly forgottenUntil: number | undefined
}

export interface LayeredHistory {
  last(asked: readonly LayeredProperty[], signal?: AbortSignal): Promise<readonly (LayeredSetting | undefined)[]>
  page(asked: readonly LayeredProperty[], options: PageOptions & { readonly after: HistoryPlace | undefined }): Promise<readonly LayeredPage[]>
}

/** What scenarios say of a property stands over what the graph knows of it. */
export function createLayeredHistory(graph: PropertyHistory, scenarios: ScenarioEntries): LayeredHistory {
  const said = async (asked: readonly LayeredProperty[], signal: AbortSignal | undefined): Promise<ReadonlyMap<LayeredProperty, ScenarioSettings>> => {
    const looked = asked.filter(({ chain }) => chain.length > 0)
    if (looked.length === 0) return new Map()
    const [entries, values] = await Promise.all([scenarios.read(looked, signal), graph.values(looked, signal)])
    return new Map(looked.map((property, index) => [property, scenarioSettings(property, entries[index] ?? [], property.schema, json(property.schema, values[index]))]))
  }
  return {
    async last(asked, signal) {
      const [above, below] = await Promise.all([said(asked, signal), graph.last(asked, signal)])
      return asked.map((property, index) => {
        const [nearest] = above.get(property)?.settings ?? []
        const known = above.get(property)?.isOwn ? undefined : below[index]
        return nearest ? { inScenario: nearest } : known && { inGraph: known }
      })
    },
    async page(asked, { after, ...options }) {
      const { first, from, signal } = options
      const to = after && 'at' in after ? Math.min(options.to, after.at) : options.to
      const [above, below] = await Promise.all([said(asked, signal), graph.page(asked, { ...options, to })])
      return asked.map((property, index): LayeredPage => {
        const { settings = [], isOwn = false } = above.get(property) ?? {}
        const ofScenarios = settings.filter((setting) => setting.at >= from && setting.at < options.to && isBehind(setting, after)).map((inScenario) => ({ inScenario }))
        const ofGraph = isOwn ? undefined : below[index]
        const all: readonly LayeredSetting[] = [...ofScenarios, ...(ofGraph?.settings ?? []).map((inGraph) => ({ inGraph }))]
        return { settings: all.slice(0, first), hasMore: all.length > first || ofGraph?.hasMore === true, forgottenUntil: ofGraph?.forgottenUntil }
      })
    },
  }
}

function isBehind({ level, seq }: ScenarioSetting, after: HistoryPlace | undefined): boolean {
  if (after === undefined) return true
  return !('at' in after) && (level > after.level || (level === after.level && seq < after.seq))
}

const json = (schema: Schema, stored: unknown): unknown => (stored === null || stored === undefined ? null : toJson(schema, stored))
