import { createConfig } from '../../src/config.ts'
import type { Data, TestApp } from '../support/app.ts'

/** The first of each kind of statement is planned, for which a busy machine takes long. */
export const limits = { ...createConfig({}).limits, operationTimeoutMs: 120_000 }

const nodes = `... on LineageProperty { twin property value unit asOf scenario } ... on LineageSetting { twin property at before after actor cause cursor version scenario }
  ... on LineageReading { twin series at value unit quality source receivedAt origin sequence run replaced { value quality receivedAt origin sequence } hasMoreReplaced }
  ... on LineageSeries { twin series unit source run from to count firstAt lastAt } ... on LineageOrigin { name sources { id kind url } }
  ... on LineageOverride { twin series change constant factor readings setAt setBy } ... on LineageScenario { scenarioId name base scenarioState createdAt createdBy }
  ... on LineageRun { runId detail { id state } runKind runState engine engineVersion engineBuild configHash resultHash seed pin { cursor at watermark models artifacts inputs } createdAt createdBy rule repeats isKept }
  ... on LineagePredictor { predictorId name predictorVersion runtime build licence description training { from to dataSha256 rows code } metrics model registeredAt registeredBy }
  ... on LineageFeature { twin feature at values unit says } ... on LineageArtifact { sha256 use } ... on LineageDefault { twin property value why }
  ... on LineageInputs { what count parts { name count } }`

export const nodeFields = `__typename id depth ${nodes}`

const fields = `value { twin property series value unit at source run } summary truncated { reason frontier } edges { from to role }
  nodes { count edges { cursor node { ${nodeFields} } } pageInfo { hasNextPage endCursor } }`

/** An answer of `whyIs`: its arguments as a client writes them. */
export async function whyIs(app: TestApp, args: string): Promise<Lineage> {
  const { whyIs: found } = await app.data(`{ whyIs(${args}) { ${fields} } }`)
  return toLineage(found)
}

/** An answer of `Alert.lineage`; null: the alert is about no value. */
export async function whyAlert(app: TestApp, id: string, args = ''): Promise<Lineage | null> {
  const { alert: { lineage } } = await app.data(`query ($id: ID!) { alert(id: $id) { lineage${args === '' ? '' : `(${args})`} { ${fields} } } }`, { id })
  return lineage === null ? null : toLineage(lineage)
}

function toLineage(found: Data): Lineage {
  const all = (found.nodes.edges as readonly Data[]).map(({ node }) => node as Data)
  return { ...found, all, of: (type) => all.filter((node) => node['__typename'] === `Lineage${type}`), behind: (id, role) => (found.edges as readonly Data[]).filter((edge) => edge['from'] === id && (role === undefined || edge['role'] === role)).map(({ to }) => all.find((node) => node['id'] === to) as Data) }
}

export interface Lineage extends Data {
  readonly all: readonly Data[]
  of(type: string): readonly Data[]
  /** What a node was made of. */
  behind(id: string, role?: string): readonly Data[]
}
