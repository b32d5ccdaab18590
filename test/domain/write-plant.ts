import type { Registry } from '../../src/model/registry.ts'
import type { Statement } from '../../src/domain/statement.ts'
import type { Plant } from './plant.ts'

/** Statements that write a plant in the stored layout, straight to the database: what is tested is the reading. */
export function plantStatements(plant: Plant, registry: Registry, tenant: string, tenantLabel: string): readonly Statement[] {
  const labelsOf = (kind: string): readonly string[] => registry.byType(kind)?.labels ?? []
  const twins = plant.twins.map((twin) => ({
    labels: ['Twin', tenantLabel, ...labelsOf(twin.kind)],
    at: twin.values['installed'] ?? null,
    serial: twin.values['serial'] ?? null,
    rank: twin.values['rank'] ?? twin.values['opening'] ?? null,
    rankName: twin.kind === 'Zone' ? 'rank' : 'opening',
    props: {
      ...Object.fromEntries(Object.entries(twin.values).filter(([name]) => !['installed', 'serial', 'rank', 'opening', 'labels'].includes(name))),
      ...(twin.values['labels'] ? { labels: JSON.stringify(twin.values['labels']), _keys_labels: Object.keys(twin.values['labels']) } : {}),
      _t: tenant, _id: twin.id, _model: `dtmi:plant:${twin.kind};1`,
    },
    motor: twin.kind === 'Pump' ? { ...twin.motor, _t: tenant, _id: `${twin.id}#motor`, _model: 'dtmi:plant:Motor;1' } : null,
  }))
  return [
    {
      text: `UNWIND $b.twins AS row CREATE (n:$(row.labels)) SET n = row.props, n._v = 1, n._from = 1, n._since = 1, n.installed = datetime(row.at), n.serial = toInteger(row.serial), n[row.rankName] = toInteger(row.rank)
        WITH n, row WHERE row.motor IS NOT NULL CREATE (n)-[:_has_motor {_id: 'motor', _from: 1}]->(m:_Component:Motor) SET m = row.motor RETURN count(*) AS done`,
      parameters: { b: { twins } },
    },
    {
      text: `UNWIND $b.links AS row MATCH (a:Twin {_t: $b.tenant, _id: row.from}), (z:Twin {_t: $b.tenant, _id: row.to})
        CREATE (a)-[r:$(row.name)]->(z) SET r = {_id: row.id, _v: 1, _from: 1, share: row.share} RETURN count(*) AS done`,
      parameters: { b: { links: plant.links, tenant } },
    },
  ]
}
