/** The bench's models: types that share a parent, so that lists of the parent meet subtypes. */
const property = (name: string, schema: string) => ({ '@type': 'Property', name, schema })
const relationship = (name: string, target: string) => ({ '@type': 'Relationship', name, target: `dtmi:bench:${target};1` })
const model = (name: string, parent: string | undefined, contents: readonly unknown[]) => ({
  '@context': 'dtmi:dtdl:context;3', '@id': `dtmi:bench:${name};1`, '@type': 'Interface', ...(parent && { extends: `dtmi:bench:${parent};1` }), contents,
})

export const benchModels = [
  model('Area', undefined, [property('name', 'string'), relationship('contains', 'Equipment')]),
  model('Equipment', undefined, [property('name', 'string'), property('status', 'string'), property('weight', 'double'), property('serial', 'integer'), relationship('feeds', 'Equipment')]),
  model('Pump', 'Equipment', [property('ratedFlow', 'double')]),
  model('Valve', 'Equipment', [property('opening', 'double')]),
  model('Probe', 'Equipment', [property('range', 'double'), relationship('measures', 'Equipment')]),
]

/** The same for @neo4j/graphql, over the same nodes. */
export const stockTypes = `
  type Area @node { _id: ID! name: String contains: [Equipment!]! @relationship(type: "contains", direction: OUT) }
  interface Equipment { _id: ID! name: String status: String weight: Float serial: Int feeds: [Equipment!]! @declareRelationship }
  type Pump implements Equipment @node { _id: ID! name: String status: String weight: Float serial: Int ratedFlow: Float feeds: [Equipment!]! @relationship(type: "feeds", direction: OUT) }
  type Valve implements Equipment @node { _id: ID! name: String status: String weight: Float serial: Int opening: Float feeds: [Equipment!]! @relationship(type: "feeds", direction: OUT) }
  type Probe implements Equipment @node { _id: ID! name: String status: String weight: Float serial: Int range: Float feeds: [Equipment!]! @relationship(type: "feeds", direction: OUT) measures: [Equipment!]! @relationship(type: "measures", direction: OUT) }
`

export const sizes = { areas: 100, pumps: 20_000, valves: 20_000, probes: 59_900 }
