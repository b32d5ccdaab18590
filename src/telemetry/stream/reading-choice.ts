import { isOwnSeries } from '../../scenario/override.ts'
import type { Source } from '../reading.ts'
import { bucketsOf, isHorizon } from '../retention/stored-bucket.ts'
import type { Received } from '../telemetry-store.ts'
import { ownerOf } from '../twin-directory.ts'

/** What a subscriber wants of all that is received; everything where a part is absent. */
export interface ReadingChoice {
  readonly twins?: readonly string[] | null | undefined
  /** As ingest names them: `flow`, and `motor.temperature` of a component. */
  readonly series?: readonly string[] | null | undefined
  readonly sources: readonly Source[]
}

/** `members`: the twins that match a `where` by now; undefined where there is none. */
export function createReadingFilter({ twins, series, sources }: ReadingChoice, members: () => ReadonlySet<string> | undefined): (received: Received) => boolean {
  const [ofTwins, ofSeries, ofSources] = [twins && new Set(twins), series && new Set(series), new Set(sources)]
  return (received) => {
    const { series: key } = received
    if (!ofSources.has(key.source)) return false
    if (isOwnSeries(key)) return false // what a scenario says is no reading that was received
    if (key.source === 'DERIVED' && (bucketsOf(key) || isHorizon(key))) return false // how roll-ups are kept, which nobody sent
    if (ofSeries && !ofSeries.has(seriesName(received))) return false
    const matching = members()
    if (!ofTwins && !matching) return true
    const twin = ownerOf(key.twin)
    return (ofTwins?.has(twin) ?? true) && (matching?.has(twin) ?? true)
  }
}

/** The name that the reading was sent under. */
export function seriesName({ series: { twin, name } }: Received): string {
  const owner = ownerOf(twin)
  return owner.length === twin.length ? name : `${twin.slice(owner.length + 1)}.${name}`
}
