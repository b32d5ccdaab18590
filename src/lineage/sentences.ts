import type { LineageNode, LineageRole } from './lineage-node.ts'
import type { Walked } from './walk.ts'

/** More would not be read. */
const mostSentences = 30

/** The chain for people: what a thing is, and then of each thing it was made of what that is, nearest first. Long lists of equal kinds are counted. */
export function sentences({ nodes, edges, truncated }: Walked): readonly string[] {
  const [root] = nodes
  if (!root) return []
  const said = [`${describe(root.node)}.`]
  for (const [from, ofOne] of Map.groupBy(edges, (edge) => edge.from)) {
    const name = nodes[from]?.node
    if (!name) continue
    for (const [role, some] of Map.groupBy(ofOne, (edge) => edge.role)) {
      const targets = some.flatMap(({ to }) => nodes[to]?.node ?? [])
      const few = targets.slice(0, 3).map(describe).join('; ')
      said.push(`${shortName(name)} ${verbs[role]} ${few}${targets.length > 3 ? `; and ${targets.length - 3} more` : ''}.`)
    }
  }
  const all = said.length > mostSentences ? [...said.slice(0, mostSentences), `And ${said.length - mostSentences} more sentences: \`nodes\` and \`edges\` have all.`] : said
  return truncated ? [...all, `There may be more behind ${truncated.frontier.length} of these, which was not looked at: ${reasons[truncated.reason]}.`] : all
}

const reasons = { DEPTH: 'it lies deeper than was asked for', NODES: 'there are more nodes than are told at once', TIME: 'it would have taken too long' } as const

const verbs: Readonly<Record<LineageRole, string>> = {
  SET_BY: 'was set:', SENT_BY: 'was sent by', MADE_BY: 'was made by', MADE_FROM: 'was made from', CHANGED_BY: 'is changed:', SAID_IN: 'was said in', PROMOTED_FROM: 'came from', BRANCHES_OFF: 'branches off from',
  READ: 'read', ASKED: 'asked', COMPUTED_IN: 'computed in', COMPUTED_WITH: 'was computed with', LAST: 'ends with',
}

/** How a thing is named where it was described before. */
function shortName(node: LineageNode): string {
  switch (node.kind) {
    case 'LineageProperty': return `${node.property} of ${node.twin}`
    case 'LineageSetting': return `The setting of ${node.property} of ${node.twin}`
    case 'LineageReading': return `${node.series} of ${node.twin} at ${node.at}`
    case 'LineageSeries': return `What was ${node.source.toLowerCase()} of ${node.series} of ${node.twin}`
    case 'LineageOrigin': return node.name
    case 'LineageOverride': return `What the scenario says of ${node.series} of ${node.twin}`
    case 'LineageScenario': return `The scenario ${node.scenarioId}`
    case 'LineageRun': return `The run ${node.runId}`
    case 'LineagePredictor': return `The predictor ${node.predictorId}`
    case 'LineageFeature': return `The feature ${node.feature} of ${node.twin}`
    case 'LineageArtifact': return `The artifact ${node.sha256.slice(0, 12)}`
    case 'LineageDefault': return `The default of ${node.property} of ${node.twin}`
    case 'LineageInputs': return `These ${node.count}`
  }
}

function describe(node: LineageNode): string {
  switch (node.kind) {
    case 'LineageProperty': return `${node.property} of ${node.twin} ${node.value === null ? 'has no value' : `is ${shown(node.value)}${unitOf(node.unit)}`}${node.asOf === null ? '' : ` as of ${node.asOf}`}${node.scenario === null ? '' : ` in the scenario ${node.scenario}`}`
    case 'LineageSetting': return `at ${node.at} ${node.actor ?? 'somebody'} set it ${node.before === null || node.before === undefined ? '' : `from ${shown(node.before)} `}to ${shown(node.after)}${node.cause === null ? '' : ` by ${node.cause}`}`
    case 'LineageReading': return describeReading(node)
    case 'LineageSeries': return `${node.count} ${node.count === 1 ? 'reading' : 'readings'} of ${node.series} of ${node.twin}${node.firstAt === null ? '' : ` from ${node.firstAt} to ${node.lastAt ?? node.to}`}`
    case 'LineageOrigin': return `${node.name}${node.sources.length === 0 ? '' : ` through the source ${node.sources.map(({ id }) => id).join(' or ')}`}`
    case 'LineageOverride': return `${node.setBy} said at ${node.setAt} that ${node.change === 'CONSTANT' ? `it is ${shown(node.constant)}` : node.change === 'FACTOR' ? `it is ${String(node.factor)} times what was measured` : `${String(node.readings)} other readings stand in its place`}`
    case 'LineageScenario': return `the scenario ${node.scenarioId}, created by ${node.createdBy} at ${node.createdAt}${node.scenarioState === 'OPEN' ? '' : `, ${node.scenarioState.toLowerCase()} since`}`
    case 'LineageRun': return `the ${node.runKind.toLowerCase()} ${node.runId} of ${node.engine} ${node.engineVersion}, started by ${node.rule === null ? node.createdBy : `the rule ${node.rule}`} at ${node.createdAt}, of the graph as of ${node.pin.at} and readings received until ${node.pin.watermark}`
    case 'LineagePredictor': return `the predictor ${node.predictorId} (${node.runtime}, build ${node.build.slice(0, 12)})${node.registeredBy === null ? '' : `, registered by ${node.registeredBy} at ${node.registeredAt ?? ''}`}${node.training ? `, trained on ${node.training.from} to ${node.training.to}` : ''}`
    case 'LineageFeature': return `${node.feature}${node.values === null ? '' : ` = ${node.values.slice(0, 5).map((value) => (value === null ? 'missing' : String(value))).join(', ')}${node.values.length > 5 ? ' …' : ''}${unitOf(node.unit)}`} (${node.says})`
    case 'LineageArtifact': return `the artifact ${node.sha256.slice(0, 12)}`
    case 'LineageDefault': return `${node.property} of ${node.twin}, which was taken to be ${shown(node.value)}: ${node.why}`
    case 'LineageInputs': return describeInputs(node)
  }
}

function describeReading({ series, twin, value, unit, at, source, origin, receivedAt, quality, run, replaced, hasMoreReplaced }: Extract<LineageNode, { kind: 'LineageReading' }>): string {
  const how = source === 'MEASURED' ? `measured${origin === null ? '' : ` by ${origin}`}, received at ${receivedAt}` : `${source.toLowerCase()}${run === null ? '' : ` in the run ${run}`}`
  const instead = replaced.length === 0 ? '' : `, in the place of ${replaced.length}${hasMoreReplaced ? ' or more' : ''} earlier ${replaced.length === 1 ? 'value' : 'values'} (${replaced.map((each) => shown(each.value)).join(', ')})`
  return `${series} of ${twin} was ${shown(value)}${unitOf(unit)} at ${at}: ${how}${quality === 'GOOD' ? '' : `, ${quality}`}${instead}`
}

function describeInputs({ what, count, parts }: Extract<LineageNode, { kind: 'LineageInputs' }>): string {
  const some = parts.slice(0, 6).map(({ name, count: each }) => `${each} ${name}`).join(', ')
  const of = { SERIES: 'series', PROPERTIES: 'twins and their properties', DEFAULTS: 'defaults' }[what]
  return `${count} ${of} (${some}${parts.length > 6 ? ', …' : ''})`
}

/** DTDL's names of units, as words: `litrePerSecond` → `litre per second`. */
const unitOf = (unit: string | null): string => (unit === null ? '' : ` ${unit.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)}`)

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : typeof value === 'bigint' ? String(value) : JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
