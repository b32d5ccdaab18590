import DataLoader from 'dataloader'
import type { LayeredProperty, LayeredSetting } from '../history/layered-history.ts'
import { decodeInputs, type RunInputs } from '../run/run-inputs.ts'
import type { Run } from '../run/run.ts'
import type { Predictor } from '../prediction/predictor.ts'
import type { Found, PropertyNode, RunNode, SeriesNode, SettingNode } from './lineage-node.ts'
import type { LineagePorts, LineageVantage, SeenTwin } from './lineage-ports.ts'
import type { PropertyName } from './explain-property.ts'
import type { SeenSeries, SeriesWindow } from './explain-reading.ts'
import type { SeenReading } from '../telemetry/series-reads.ts'

/** How things are explained: each may come to all others. */
export interface Explainers {
  property(ground: Ground, name: PropertyName, from: LineageVantage): Promise<Found<PropertyNode> | undefined>
  setting(ground: Ground, asked: LayeredProperty, setting: LayeredSetting): Found<SettingNode>
  reading(ground: Ground, series: SeenSeries, reading: SeenReading): Promise<Found>
  series(ground: Ground, series: SeenSeries, window: SeriesWindow): Promise<Found<SeriesNode>>
  run(ground: Ground, run: Run): Promise<Found<RunNode>>
}

/** What one answer is found with: what many of its nodes ask for is read together, and once. */
export interface Ground extends LineagePorts {
  readonly explain: Explainers
  readonly signal: AbortSignal | undefined
  twin(id: string, from: LineageVantage): Promise<SeenTwin | undefined>
  lastSetting(property: LayeredProperty, from: LineageVantage): Promise<LayeredSetting | undefined>
  run(id: string): Promise<Run | undefined>
  /** Undefined where they are not kept any more. */
  inputsOf(run: Run): Promise<RunInputs | undefined>
  predictor(id: string): Promise<Predictor | undefined>
}

/** Things looked up in one statement, and settings, each of which may bring a page. */
const [thingsAtOnce, settingsAtOnce] = [1_000, 50]

export function createGround(ports: LineagePorts, explain: Explainers, signal: AbortSignal | undefined): Ground {
  const twins = perVantage((from, ids: readonly string[]) => ports.twins.find(ids, from, signal).then((found) => ids.map((id) => found.get(id))), thingsAtOnce)
  const settings = perVantage((from, asked: readonly LayeredProperty[]) => lastSettings(ports, asked, from, signal), settingsAtOnce)
  const runs = new DataLoader<string, Run | undefined>((ids) => ports.runs.find(ids), { maxBatchSize: thingsAtOnce })
  const predictors = new DataLoader<string, Predictor | undefined>((ids) => ports.predictors.find(ids), { maxBatchSize: thingsAtOnce })
  const inputs = new DataLoader<string, RunInputs | undefined>((names) => Promise.all(names.map(async (name) => {
    const bytes = await ports.artifacts.read(name)
    return bytes && decodeInputs(bytes)
  })))
  return {
    ...ports, explain, signal,
    twin: (id, from) => twins(from).load(id),
    lastSetting: (property, from) => settings(from).load(property),
    run: (id) => runs.load(id),
    inputsOf: ({ inputs: name }) => inputs.load(name),
    predictor: (id) => predictors.load(id),
  }
}

/** A loader for each place that is looked from. */
function perVantage<Key, Value>(read: (from: LineageVantage, keys: readonly Key[]) => Promise<readonly Value[]>, maxBatchSize: number): (from: LineageVantage) => DataLoader<Key, Value> {
  const loaders = new Map<string, DataLoader<Key, Value>>()
  return (from) => {
    const text = JSON.stringify([from.at, from.chain, from.saidUntil])
    const loader = loaders.get(text) ?? new DataLoader<Key, Value>((keys) => read(from, keys), { maxBatchSize })
    loaders.set(text, loader)
    return loader
  }
}

/** Of a run, what its scenario came to say later does not count: scenarios have no past of their own, but their settings have. */
async function lastSettings({ history }: LineagePorts, asked: readonly LayeredProperty[], { chain, saidUntil }: LineageVantage, signal: AbortSignal | undefined): Promise<readonly (LayeredSetting | undefined)[]> {
  if (chain.length === 0 || saidUntil === undefined) return await history.last(asked, signal)
  const pages = await history.page(asked, { first: 1, from: -Infinity, to: saidUntil + 1, after: undefined, signal })
  return pages.map(({ settings: [last] }) => last)
}
