import { predictedKey } from '../prediction/prediction-series.ts'
import type { SeriesKey } from '../telemetry/reading.ts'
import { seriesKeyText } from '../telemetry/reading.ts'
import type { Received, TelemetryStore } from '../telemetry/telemetry-store.ts'
import { ownerOf, type TwinDirectory } from '../telemetry/twin-directory.ts'
import type { Subject } from './alert.ts'
import type { DriftCondition, StoredRule, ThresholdCondition } from './rule.ts'
import type { SubjectFilter } from './subject-filter.ts'

/** Which series a rule is about, and whose they are. */
export interface SeriesOfRule {
  /** Those of the rule, with what was received of each in order; by `seriesKeyText`. */
  choose(readings: readonly Received[]): Promise<ReadonlyMap<string, { readonly key: SeriesKey; readonly readings: readonly Received[] }>>
  /** All there are by now. */
  all(): Promise<readonly SeriesKey[]>
  subjectOf(key: SeriesKey): Subject
  /** Of these twins, those that are none of the rule's; and those that ceased to be since the last call. Then the series of those that came to be. */
  moved(twins: readonly string[]): Promise<{ readonly strangers: readonly string[]; readonly entered: readonly SeriesKey[] }>
  close(): void
}

type Store = Pick<TelemetryStore, 'series' | 'readings' | 'latest'>

/** What a number may be kept as. */
const kinds = ['float', 'integer', 'boolean'] as const

/** Of a threshold on a series. A component's series are those of its twin, `component.name`. */
export function seriesOfThreshold(rule: StoredRule, { of, series, source }: ThresholdCondition, { store, directory, filter }: { readonly store: Store; readonly directory: Pick<TwinDirectory, 'prepare' | 'channelsOf'>; readonly filter: SubjectFilter }): SeriesOfRule {
  const name = series ?? ''
  const { twin: suffix, name: own } = predictedKey('', name, null)
  const twinOf = ({ twin }: SeriesKey): string | undefined => (suffix === '' ? twin : twin.endsWith(suffix) ? ownerOf(twin) : undefined)
  const isMine = (key: SeriesKey): boolean => key.name === own && key.source === source && key.run === null && twinOf(key) !== undefined
  const mine = async (keys: Iterable<SeriesKey>): Promise<readonly SeriesKey[]> => {
    const possible = [...keys].filter(isMine)
    await filter.prepare(new Set(possible.map((key) => twinOf(key) ?? '')))
    return possible.filter((key) => filter.has(twinOf(key) ?? ''))
  }
  const ofTwins = async (twins: readonly string[]): Promise<readonly SeriesKey[]> => {
    await directory.prepare(twins)
    if (source === 'MEASURED') return await mine(twins.flatMap((id) => directory.channelsOf(id)?.find(name)?.series ?? []))
    const possible = twins.flatMap((id) => kinds.map((kind) => ({ ...predictedKey(id, name, null), kind, source })))
    const latest = await store.latest(possible)
    return await mine(possible.filter((_, index) => latest[index] !== undefined))
  }
  return {
    async choose(readings) {
      const byKey = grouped(readings.filter((reading) => isMine(reading.series)))
      const chosen = new Set((await mine([...byKey.values()].map(({ key }) => key))).map(seriesKeyText))
      return new Map([...byKey].filter(([text]) => chosen.has(text)))
    },
    async all() {
      if (of.twins) return await ofTwins(of.twins)
      return await mine((await store.series(source === 'MEASURED' ? { measured: own } : {})).map(({ key }) => key))
    },
    subjectOf: (key) => ({ rule: rule.id, twin: twinOf(key) ?? key.twin, series: name }),
    async moved(twins) {
      await filter.prepare(twins)
      const { left, entered } = filter.moved()
      return { strangers: [...new Set([...twins.filter((twin) => !filter.has(twin)), ...left])], entered: entered.length === 0 ? [] : await ofTwins(entered) }
    },
    close: filter.close,
  }
}

export const driftNames = { PSI: 'psi', KS: 'ks', PAGE_HINKLEY: 'page-hinkley' } as const

/** Of drift: series of what stands for the predictor in the place of a twin, `predictor:<name>;<version>`. */
export function seriesOfDrift(rule: StoredRule, { predictor, measure, feature }: DriftCondition, { store }: { readonly store: Store }): SeriesOfRule {
  const start = `${driftNames[measure]}~`
  const isMine = ({ twin, name, source, run }: SeriesKey): boolean => source === 'DERIVED' && run === null && (twin === `predictor:${predictor}` || twin.startsWith(`predictor:${predictor};`))
    && (feature === null ? name.startsWith(start) : name === start + feature)
  return {
    choose: (readings) => Promise.resolve(grouped(readings.filter((reading) => isMine(reading.series)))),
    all: async () => (await store.series()).map(({ key }) => key).filter(isMine),
    subjectOf: ({ twin, name }) => ({ rule: rule.id, twin, series: name }),
    moved: () => Promise.resolve({ strangers: [], entered: [] }),
    close: () => undefined,
  }
}

function grouped(readings: readonly Received[]): Map<string, { readonly key: SeriesKey; readonly readings: Received[] }> {
  const found = new Map<string, { readonly key: SeriesKey; readonly readings: Received[] }>()
  for (const reading of readings) {
    const text = seriesKeyText(reading.series)
    const known = found.get(text)
    if (known) known.readings.push(reading)
    else found.set(text, { key: reading.series, readings: [reading] })
  }
  return found
}
