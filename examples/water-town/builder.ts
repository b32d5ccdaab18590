import type { Spot } from './plan/districts.ts'
import { beside, distance, round, toPosition } from './terrain.ts'
import { dtmiOf } from './twin-input.ts'
import type { ModelName, RelationshipInput, TwinInput } from './twin-input.ts'

export interface Asset {
  readonly id: string
  readonly model: ModelName
  readonly name: string
  /** Id of the district that looks after it. */
  readonly district: string
  readonly spot: Spot
  readonly status: string
  /** ISO 8601 date. */
  readonly commissioned: string
  readonly properties: Readonly<Record<string, unknown>>
  readonly components?: TwinInput['components']
  readonly relationships?: readonly RelationshipInput[]
}

export interface Joint {
  /** Ids of the node that feeds the link and of the node it feeds. */
  readonly from: string
  readonly to: string
}

export interface Builder {
  add(asset: Asset): void
  /** Adds a link between two nodes that are there already; it stands in their middle, or so many metres to the left of it. */
  join(joint: Joint, link: Omit<Asset, 'spot'>, aside?: number): void
  get(id: string): Asset
  /** Metres, to the decimetre. */
  length(joint: Joint): number
  assets(): Iterable<Asset>
  twins(): TwinInput[]
}

/** Gathers assets and who feeds whom. Throws on a second asset of one id, and on a joint to an asset that is not there. */
export function createBuilder(): Builder {
  const assets = new Map<string, Asset>()
  const feeds = new Map<string, string[]>()
  const get = (id: string): Asset => {
    const asset = assets.get(id)
    if (!asset) throw new ReferenceError(`the plan has no ${id}`)
    return asset
  }
  const add = (asset: Asset): void => {
    if (assets.has(asset.id)) throw new RangeError(`the plan has two of ${asset.id}`)
    assets.set(asset.id, asset)
    feeds.set(asset.id, [])
  }
  return {
    add,
    get,
    join({ from, to }, link, aside = 0) {
      add({ ...link, spot: beside(get(from).spot, get(to).spot, aside) })
      feeds.get(from)?.push(link.id)
      feeds.get(link.id)?.push(to)
    },
    length: ({ from, to }) => round(distance(get(from).spot, get(to).spot), 1),
    assets: () => assets.values(),
    twins: () => [...assets.values()].map((asset) => toTwin(asset, feeds.get(asset.id) ?? [])),
  }
}

function toTwin(asset: Asset, feeds: readonly string[]): TwinInput {
  const { id, model, name, spot, status, commissioned, properties, components = {}, relationships = [] } = asset
  return {
    id,
    model: dtmiOf(model),
    properties: { name, position: { type: 'Point', coordinates: toPosition(spot) }, status, commissioned, ...properties },
    components,
    relationships: [...feeds.map((to) => ({ name: 'feeds', to })), ...relationships],
  }
}
