import { type NewReading, type SeriesKey, seriesKeyText } from '../../telemetry/reading.ts'
import type { Database } from './database.ts'
import { digestOf, seriesDigest, toStoredText } from './text.ts'

/** The numbers of series and origins; they never change once they are given, so that a process keeps those it has met. */
export interface Names {
  /** Numbers for everything in the readings, made where there are none. */
  obtain(readings: readonly NewReading[]): Promise<void>
  /** Of a series that was obtained. */
  seriesId(key: SeriesKey): number
  /** Of an origin that was obtained; 0 for none. */
  originId(origin: string | null): number
}

/** Beyond these it begins anew, rather than fill the memory. */
const mostKept = 1_000_000

export function createNames(database: Database, tenant: number): Names {
  const series = new Map<string, number>()
  const origins = new Map<string, number>()
  const byObject = new WeakMap<SeriesKey, number>() // writers come with the same key again and again

  const seriesIdOf = (key: SeriesKey): number | undefined => {
    const known = byObject.get(key) ?? series.get(seriesKeyText(key))
    if (known !== undefined) byObject.set(key, known)
    return known
  }
  return {
    async obtain(readings) {
      if (series.size > mostKept) series.clear()
      if (origins.size > mostKept) origins.clear()
      const newSeries = new Map<string, SeriesKey>()
      const newOrigins = new Set<string>()
      for (const { series: key, origin } of readings) {
        if (seriesIdOf(key) === undefined) newSeries.set(seriesKeyText(key), key)
        if (origin !== null && !origins.has(origin)) newOrigins.add(origin)
      }
      if (newSeries.size > 0) await obtainSeries(database, tenant, newSeries, series)
      if (newOrigins.size > 0) await obtainOrigins(database, tenant, [...newOrigins], origins)
    },
    seriesId(key) {
      const id = seriesIdOf(key)
      if (id === undefined) throw new Error(`${seriesKeyText(key)} has no number.`)
      return id
    },
    originId: (origin) => (origin === null ? 0 : origins.get(origin) ?? 0),
  }
}

async function obtainSeries(database: Database, tenant: number, wanted: ReadonlyMap<string, SeriesKey>, known: Map<string, number>): Promise<void> {
  const [texts, keys] = [[...wanted.keys()], [...wanted.values()]]
  const digests = texts.map(digestOf)
  await database.transaction(async (tx) => {
    await tx.run({
      text: `INSERT INTO twinfold.series (tenant, digest, twin, name, kind, source, run)
        SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS t(digest, twin, name, kind, source, run) ORDER BY digest
        ON CONFLICT (tenant, digest) DO NOTHING`,
      values: [
        tenant, digests, keys.map(({ twin }) => toStoredText(twin)), keys.map(({ name }) => toStoredText(name)),
        keys.map(({ kind }) => kind), keys.map(({ source }) => source), keys.map(({ run }) => (run === null ? null : toStoredText(run))),
      ],
    })
    const { rows } = await tx.run({ text: 'SELECT w.place, s.id FROM unnest($2::uuid[]) WITH ORDINALITY AS w(digest, place) JOIN twinfold.series s ON s.tenant = $1 AND s.digest = w.digest', values: [tenant, digests] })
    for (const [place, id] of rows) known.set(texts[Number(place) - 1] as string, Number(id))
  })
}

async function obtainOrigins(database: Database, tenant: number, names: readonly string[], known: Map<string, number>): Promise<void> {
  const digests = names.map(digestOf)
  await database.transaction(async (tx) => {
    await tx.run({
      text: 'INSERT INTO twinfold.origin (tenant, digest, name) SELECT $1, * FROM unnest($2::uuid[], $3::text[]) AS t(digest, name) ORDER BY digest ON CONFLICT (tenant, digest) DO NOTHING',
      values: [tenant, digests, names.map(toStoredText)],
    })
    const { rows } = await tx.run({ text: 'SELECT w.place, o.id FROM unnest($2::uuid[]) WITH ORDINALITY AS w(digest, place) JOIN twinfold.origin o ON o.tenant = $1 AND o.digest = w.digest', values: [tenant, digests] })
    for (const [place, id] of rows) known.set(names[Number(place) - 1] as string, Number(id))
  })
}

/** Finds series by their keys, in the statement itself: another process may have made them. */
export const digestsOf = (keys: readonly SeriesKey[]): readonly string[] => keys.map(seriesDigest)
