import { canonicalJson } from '../model/canonical-json.ts'
import type { RegisteredModel, Registry } from '../model/registry.ts'
import type { ContentFacts, SeriesName } from '../simulation/engine.ts'
import type { Network } from '../simulation/network.ts'
import type { SeriesKey } from '../telemetry/reading.ts'
import { seriesKind } from '../telemetry/series-kind.ts'
import { sha256 } from '../util/sha256.ts'

export interface SeriesLabel {
  readonly unit: string | null
  readonly semanticType: string | null
}

/** What models say of the twins of a network. */
export interface NetworkFacts {
  contentOf(twin: string, name: string): ContentFacts | undefined
  /** Where a telemetry's readings lie. */
  keyOf(series: SeriesName): SeriesKey | undefined
  /** What is told of a telemetry beside its values. */
  labelOf(series: SeriesName): SeriesLabel
  /** SHA-256 over the models in use, with all that they extend. */
  readonly models: string
}

export function createNetworkFacts({ twins }: Network, registry: Registry): NetworkFacts {
  const models = new Map(twins.map(({ id, model }) => [id, registry.get(model)]))
  /** Of `component.name` the component's model and the name in it. */
  const find = (twin: string, name: string): { readonly model: RegisteredModel; readonly name: string; readonly owner: string } | undefined => {
    const model = models.get(twin)
    const dot = name.indexOf('.')
    if (!model || dot < 0) return model && { model, name, owner: twin }
    const component = model.contents.get(name.slice(0, dot))
    const inner = component?.kind === 'Component' ? registry.get(component.schema) : undefined
    return inner && { model: inner, name: name.slice(dot + 1), owner: `${twin}#${name.slice(0, dot)}` }
  }
  return {
    contentOf(twin, name) {
      const found = find(twin, name)
      const content = found?.model.contents.get(found.name)
      if (content?.kind !== 'Property' && content?.kind !== 'Telemetry') return undefined
      return { content: content.kind, kind: seriesKind(content.schema), unit: content.unit }
    },
    keyOf({ twin, name }) {
      const found = find(twin, name)
      const content = found?.model.contents.get(found.name)
      return found && content?.kind === 'Telemetry' ? { twin: found.owner, name: found.name, kind: seriesKind(content.schema), source: 'MEASURED', run: null } : undefined
    },
    labelOf({ twin, name }) {
      const found = find(twin, name)
      const content = found?.model.contents.get(found.name)
      return content?.kind === 'Telemetry' ? { unit: content.unit ?? null, semanticType: content.semanticType ?? null } : { unit: null, semanticType: null }
    },
    models: sha256(canonicalJson([...new Map([...models.values()].flatMap((model) => (model ? [model, ...model.ancestors] : [])).map((each) => [each.id, each.model.document])).entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)))),
  }
}
