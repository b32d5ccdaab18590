import { Failure } from '../errors.ts'
import { type Finding, fingerprintOf } from './alert.ts'
import type { Found } from './alert-store.ts'
import { isEverybodys } from './outage.ts'
import type { StoredRule } from './rule.ts'

export interface CompletingConfig {
  readonly affected: (twin: string | null, rule: StoredRule) => Promise<Found['affected']>
  readonly onTrouble: (error: unknown, what: string) => void
}

/** Findings written at once, and twins affected that are held for them. */
const [mostFound, mostHeld] = [10_000, 200_000]

/** A finding with what its rule says. That nobody knows in time who is affected keeps no alert from being raised: then its list is not complete. */
export async function complete(finding: Finding, rule: StoredRule | undefined, { affected, onTrouble }: CompletingConfig): Promise<Found> {
  const facts = rule ?? { name: finding.subject.rule, severity: 'WARNING' as const, labels: {}, annotations: {}, reopenWithin: 0, notify: [], then: [] } // of one that was deleted; nothing is raised
  if (finding.kind === 'resolve' || !rule) return { ...finding, rule: facts, affected: { twins: [], isComplete: true } }
  try {
    return { ...finding, rule: facts, affected: await affected(finding.subject.twin, rule) }
  } catch (error) {
    if (!(error instanceof Failure) || isEverybodys(error)) throw error
    onTrouble(error, `who is affected by an alert of the rule ${rule.id} could not be found out`)
    return { ...finding, rule: facts, affected: { twins: [], isComplete: false } }
  }
}

/** Findings in their order, in portions that fit into memory and one transaction. Of alerts that are open already nobody looks up who is affected. */
export async function* completeAll(findings: readonly Finding[], isOpen: (finding: Finding) => boolean, ruleOf: (id: string) => StoredRule | undefined, config: CompletingConfig): AsyncGenerator<readonly Found[]> {
  const ended = new Set<string>()
  let [portion, held]: [Found[], number] = [[], 0]
  for (const finding of findings) {
    const fingerprint = fingerprintOf(finding.subject)
    if (finding.kind === 'resolve') ended.add(fingerprint)
    else if (isOpen(finding) && !ended.has(fingerprint)) continue // it would change nothing
    const found = await complete(finding, ruleOf(finding.subject.rule), config)
    portion.push(found)
    held += found.affected.twins.length
    if (portion.length < mostFound && held < mostHeld) continue
    yield portion
    ;[portion, held] = [[], 0]
  }
  if (portion.length > 0) yield portion
}
