import { isDate, isDateTime, isDuration, isLocalDateTime, isLocalTime, isTime } from 'neo4j-driver'
import type { CatalogueReader } from '../../graphql/catalogue/catalogue-reader.ts'
import type { Neo4jDatabase } from './database.ts'

/** Runs what @neo4j/graphql writes: many rows as one collected record, dates as text, and without APOC, which a plain server does not have. */
export function createNeo4jCatalogueReader(database: Pick<Neo4jDatabase, 'read'>): CatalogueReader {
  return {
    async read(text, parameters, options) {
      const plain = withoutApoc(text.replace(/^CYPHER 5\n/, ''))
      if (!returnsRows.test(plain)) return [await database.read({ text: `CYPHER 5\n${plain}`, parameters }, options)]
      const { rows } = await database.read({ text: `CYPHER 5\nCALL () {\n${plain}\n}\nRETURN collect(this) AS rows`, parameters }, options)
      return (rows as readonly unknown[]).map((row) => ({ this: toPlain(row) }))
    },
  }
}

/** The library's queries return rows named `this`; its look at the server's version returns one row of columns. */
const returnsRows = / AS this\s*$/

/** The one APOC function in the library's queries shows a DateTime as text, which is done here. */
const withoutApoc = (text: string): string => text.replace(convertFormat, '$1')
const convertFormat = /apoc\.date\.convertFormat\(toString\(((?:[^()]|\([^()]*\))*)\), 'iso_zoned_date_time', 'iso_offset_date_time'\)/g

function toPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(toPlain)
  if (isDateTime(value)) return toInstantText(String(value))
  if (isDate(value) || isLocalDateTime(value) || isTime(value) || isLocalTime(value) || isDuration(value)) return String(value)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toPlain(part)]))
}

/** With three digits of a second, as every date-time of the API has, or with more where it needs them. */
const toInstantText = (text: string): string => text.replace(/(:\d\d:\d\d)(?:\.(\d+))?/, (_, clock: string, digits: string | undefined = '') => `${clock}.${digits.replace(/0+$/, '').padEnd(3, '0')}`)
