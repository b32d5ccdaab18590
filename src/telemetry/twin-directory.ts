import type { Schema } from '../model/model.ts'
import type { RegisteredModel, Registry } from '../model/registry.ts'
import { monotonicMs } from '../util/clock.ts'
import { type Channel, toChannel } from './pipeline/channel.ts'
import type { TwinChannels } from './pipeline/sort-deliveries.ts'
import type { SeriesKey } from './reading.ts'

/** Which model a twin has; asked of the graph for many at once. */
export interface TwinModels {
  /** DTMIs by id; twins that do not exist are absent. */
  modelsOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>>
}

/** The twins that telemetry is sent to, and where their values go. Remembers what it looked up. */
export interface TwinDirectory {
  /** Looks up those it does not know. */
  prepare(ids: Iterable<string>): Promise<void>
  /** Of a twin that was prepared and exists. */
  channelsOf(id: string): TwinChannels | undefined
  /** The DTDL schema of a series' values; undefined where its twin was not prepared or has no such telemetry of that kind any more. */
  schemaOf(key: SeriesKey): Schema | undefined
  /** Twins that were deleted, or may have another model by now. */
  forget(ids: Iterable<string>): void
}

export interface TwinDirectoryConfig {
  readonly twins: TwinModels
  readonly registry: () => Registry
  /** How long a twin is taken to be what it was, in ms: other processes may delete it. */
  readonly trustMs?: number
  readonly mostTwins?: number
}

interface Entry {
  readonly channels: TwinChannels
  readonly until: number
}

export function createTwinDirectory({ twins, registry, trustMs = 60_000, mostTwins = 200_000 }: TwinDirectoryConfig): TwinDirectory {
  const entries = new Map<string, Entry>()
  let ofRegistry = registry()
  let ofModels = new Map<string, ReadonlyMap<string, Channel>>()

  const channelsOfModel = (id: string): ReadonlyMap<string, Channel> => {
    const known = ofModels.get(id)
    if (known) return known
    const model = ofRegistry.get(id)
    const channels = new Map(model ? telemetries(model, ofRegistry) : [])
    ofModels.set(id, channels)
    return channels
  }

  return {
    async prepare(ids) {
      if (ofRegistry !== registry()) {
        ofRegistry = registry()
        ofModels = new Map()
        entries.clear()
      }
      const now = monotonicMs()
      const unknown = [...new Set(ids)].filter((id) => !((entries.get(id)?.until ?? -1) > now))
      if (unknown.length === 0) return
      const models = await twins.modelsOf(unknown)
      if (entries.size + models.size > mostTwins) entries.clear()
      for (const id of unknown) {
        const model = models.get(id)
        if (model === undefined) entries.delete(id)
        else entries.set(id, { channels: toTwinChannels(id, model, channelsOfModel(model)), until: now + trustMs })
      }
    },
    channelsOf: (id) => entries.get(id)?.channels,
    schemaOf({ twin, name, kind }) {
      const owner = ownerOf(twin)
      const channel = (entries.get(twin)?.channels.find(name) ?? entries.get(owner)?.channels.find(`${twin.slice(owner.length + 1)}.${name}`))?.channel
      return channel?.kind === kind ? channel.telemetry.schema : undefined
    },
    forget(ids) {
      for (const id of ids) entries.delete(id)
    },
  }
}

/** The twin that a component's readings belong to; a twin itself. Ids of components are `<owner>#<name>`. */
export function ownerOf(id: string): string {
  const mark = id.lastIndexOf('#')
  return mark < 0 ? id : id.slice(0, mark)
}

/** What a twin of the model has, of the model as the registry has it. */
export const channelsOfTwin = (id: string, model: RegisteredModel, registry: Registry): TwinChannels => toTwinChannels(id, model.id, new Map(telemetries(model, registry)))

/** A component's telemetry is named `component.telemetry`; DTDL's own names hold no dots. */
function telemetries(model: RegisteredModel, registry: Registry): readonly (readonly [string, Channel])[] {
  return [...model.contents.values()].flatMap((content) => {
    if (content.kind === 'Telemetry') return [[content.name, toChannel(content)] as const]
    if (content.kind !== 'Component') return []
    return [...registry.get(content.schema)?.contents.values() ?? []].flatMap((inner) => (inner.kind === 'Telemetry' ? [[`${content.name}.${inner.name}`, toChannel(inner)] as const] : []))
  })
}

function toTwinChannels(id: string, model: string, channels: ReadonlyMap<string, Channel>): TwinChannels {
  const found = new Map<string, { readonly channel: Channel; readonly series: SeriesKey }>()
  return {
    model,
    names: () => [...channels.keys()],
    find(name) {
      const known = found.get(name)
      if (known) return known
      const channel = channels.get(name)
      if (!channel) return undefined
      const dot = name.indexOf('.')
      const [twin, own] = dot < 0 ? [id, name] : [`${id}#${name.slice(0, dot)}`, name.slice(dot + 1)]
      const fresh = { channel, series: { twin, name: own, kind: channel.kind, source: 'MEASURED', run: null } satisfies SeriesKey }
      found.set(name, fresh)
      return fresh
    },
  }
}
