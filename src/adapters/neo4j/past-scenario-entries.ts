import { failure } from '../../errors.ts'
import type { PropertyIn, ScenarioEntries, ScenarioEntry } from '../../history/scenario-settings.ts'
import type { Neo4jDatabase } from './database.ts'

/** Entries of the journal, and those it has left to history; only those of scenarios are in these indexes. A component's birth is told by its owner's. */
const entriesOf = (label: '_J' | '_Kept'): string => `UNWIND row.chain AS s
      MATCH (j:${label} {_t: $b.t, _s: s, _id: row.id}) USING INDEX SEEK j:${label}(_t, _s, _id)
      WHERE j._op = 'update' AND j._patch CONTAINS row.key AND (j._of IS NOT NULL) = row.isComponent RETURN j
    UNION ALL UNWIND row.chain AS s
      MATCH (j:${label} {_t: $b.t, _s: s, _id: row.owner}) USING INDEX SEEK j:${label}(_t, _s, _id) WHERE j._op = 'create' RETURN j`

const text = `CALL () {
  UNWIND range(0, size($b.rows) - 1) AS place WITH place, $b.rows[place] AS row
  CALL (row) {
    CALL (row) {
      ${entriesOf('_J')}
      UNION ALL ${entriesOf('_Kept')}
    }
    WITH DISTINCT j LIMIT toInteger($b.limit)
    MATCH (s:_Scenario {_t: $b.t, number: j._s}) USING INDEX SEEK s:_Scenario(_t, number)
    RETURN collect([j._s, s.id, j._to, j._seq, j._op = 'create', j._actor, j._cause, coalesce(j._patch, '{}')]) AS entries
  }
  WITH place, entries ORDER BY place
  RETURN collect(entries) AS found
}
RETURN found`

type Row = readonly [scenario: number, scenarioId: string, at: number, seq: number, isBirth: boolean, actor: string, cause: string, patch: string]

/** Settings of one property of one twin. */
const most = 10_000

export function createNeo4jScenarioEntries(database: Pick<Neo4jDatabase, 'read'>, tenant: string): ScenarioEntries {
  return {
    async read(asked, signal) {
      const { found } = await database.read({ text, parameters: { b: { t: tenant, limit: BigInt(most + 1), rows: asked.map(toRow) } } }, { signal })
      return (found as readonly (readonly Row[])[]).map((rows, index) => {
        if (rows.length > most) throw failure('QUERY_TOO_COSTLY', { message: `${asked[index]?.name ?? 'The property'} of ${asked[index]?.id ?? 'the twin'} was set more than ${most.toLocaleString('en')} times in the scenario. The field changes tells of each, with \`scenario\`.` })
        return rows.map(toEntry)
      })
    },
  }
}

function toRow({ id, isComponent, name, chain }: PropertyIn): Readonly<Record<string, unknown>> {
  return { id, owner: isComponent ? id.slice(0, id.lastIndexOf('#')) : id, isComponent, key: `${JSON.stringify(name)}:`, chain: chain.map(BigInt) }
}

const toEntry = ([scenario, scenarioId, at, seq, isBirth, actor, cause, patch]: Row): ScenarioEntry =>
  ({ scenario: Number(scenario), scenarioId, at: Number(at), seq: Number(seq), isBirth, actor, cause, patch })
