import { readFileSync, readdirSync } from 'node:fs'
import { createBuilder } from './builder.ts'
import type { Asset, Builder } from './builder.ts'
import { districts, patterns } from './plan/districts.ts'
import type { DistrictPlan, Use } from './plan/districts.ts'
import { blocksOf, crossingsOf, outlineOf } from './streets.ts'
import { mean, middle, round, toPosition } from './terrain.ts'
import { dtmiOf } from './twin-input.ts'
import type { TwinInput } from './twin-input.ts'
import { addLinks, addSensors, addWaterworks, routeOf } from './waterworks.ts'

const modelFolder = new URL('models/', import.meta.url)

/** The town's DTDL v3 documents, one interface each, in the order of their file names. */
export function models(): Record<string, unknown>[] {
  const files = readdirSync(modelFolder).filter((file) => file.endsWith('.json')).sort()
  return files.map((file) => JSON.parse(readFileSync(new URL(file, modelFolder), 'utf8')) as Record<string, unknown>)
}

/** The town: districts first, then the assets. The same at every call. */
export function twins(): TwinInput[] {
  const town = createBuilder()
  addWaterworks(town)
  for (const plan of districts) addStreets(town, plan)
  addLinks(town)
  addSensors(town)
  const assets = [...town.assets()]
  return [...districts.map((plan) => toDistrict(plan, assets.filter(({ district }) => district === plan.id))), ...town.twins()]
}

function addStreets(town: Builder, plan: DistrictPlan): void {
  const { laid: commissioned, ...kind } = plan.pipes
  const common = { district: plan.id, status: 'RUNNING', commissioned }
  for (const { id, name, spot, elevation, use, demand } of crossingsOf(plan)) {
    town.add({ ...common, id, model: 'Junction', name, spot, properties: { elevation, use, baseDemand: demand, demandPattern: patternOf(use) } })
  }
  for (const { name, diameter, ...joint } of blocksOf(plan)) {
    const id = `pipe-${joint.from}-${joint.to.slice(plan.id.length + 1)}`
    const properties = { ...kind, diameter, length: town.length(joint), minorLoss: 0, checkValve: false, route: routeOf(town, joint.from, joint.to) }
    town.join(joint, { ...common, id, model: 'Pipe', name, properties })
  }
}

/** Hourly multipliers with a mean of 1, to four digits. */
function patternOf(use: Use): number[] {
  const average = mean(patterns[use])
  return patterns[use].map((value) => round(value / average, 4))
}

function toDistrict(plan: DistrictPlan, assets: readonly Asset[]): TwinInput {
  const outline = outlineOf(plan)
  return {
    id: plan.id,
    model: dtmiOf('District'),
    properties: {
      name: plan.name,
      position: { type: 'Point', coordinates: toPosition(middle(...outline.slice(1))) },
      boundary: { type: 'Polygon', coordinates: [outline.map(toPosition)] },
      inhabitants: plan.inhabitants,
    },
    components: {},
    relationships: assets.map(({ id, commissioned }) => ({ name: 'contains', to: id, properties: { since: commissioned } })),
  }
}
