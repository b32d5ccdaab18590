import { encodeCursor } from '../change/cursor.ts'
import type { Conflict, Invalid, LimitReached, NotFound, Problem } from '../problem.ts'
import { done, refused, type Result } from '../util/result.ts'
import { checkKey, keyReused, toIdempotency } from './idempotency.ts'
import type { OnScenarioConflict } from './plan-promotion.ts'
import { promote, type Promoted, type PromotionConfig, type PromotionProblem } from './promotion.ts'
import { checkDraft, decideCreation, decideDiscard, type ScenarioDraft, wantedId } from './decide-scenario.ts'
import type { Scenario } from './scenario.ts'
import type { OpenScenarioBook } from './scenario-book.ts'
import type { ScenarioOutcome, ScenarioStore } from './scenario-store.ts'

export interface ScenarioRequest {
  readonly actor: string
  readonly idempotencyKey?: string | null | undefined
}

/** What became of a scenario. */
export interface ScenarioChanged {
  readonly scenario: Scenario
  /** The place in the journal after it. */
  readonly cursor: string
}

/** The beginning and the end of scenarios. Each resolves when what it did is durable; fails with STORE_UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN. */
export interface ScenarioService {
  /** Copies nothing: it takes as long in a large graph as in a small one. */
  create(draft: ScenarioDraft, request: ScenarioRequest): Promise<Result<ScenarioChanged, Invalid | Conflict | NotFound | LimitReached>>
  /** It is gone at once; what it held is cleared in the background. */
  discard(id: string, request: ScenarioRequest): Promise<Result<ScenarioChanged, Invalid | Conflict | NotFound>>
  /** Carries its edits over to its parent, or to the base, in one transaction. Fails with OVERLOADED and SHUTTING_DOWN as well. */
  promote(id: string, onConflict: OnScenarioConflict, request: ScenarioRequest): Promise<Result<Promoted, PromotionProblem>>
}

export interface ScenarioServiceConfig extends PromotionConfig {
  readonly store: ScenarioStore
  readonly book: Pick<OpenScenarioBook, 'forget'>
  /** Something was committed. */
  readonly onCommitted: () => void
}

export function createScenarioService(config: ScenarioServiceConfig): ScenarioService {
  const { store, book, onCommitted } = config
  const changed = <P extends Problem>(outcome: ScenarioOutcome<P>): Result<ScenarioChanged, P | Conflict> => {
    if (outcome.kind === 'keyReused') return refused(keyReused)
    if (outcome.kind === 'refused') return refused(outcome.problem)
    const { scenario, seq } = outcome.stored
    if (outcome.kind === 'stored') {
      book.forget(scenario.id)
      onCommitted()
    }
    return done({ scenario, cursor: encodeCursor(seq) })
  }
  return {
    async create(draft, { actor, idempotencyKey }) {
      const wrong = checkDraft(draft) ?? checkKey(idempotencyKey)
      if (wrong) return refused(wrong)
      return changed(await store.create({ id: wantedId(draft), parent: draft.parent ?? undefined }, {
        actor, idempotency: toIdempotency(idempotencyKey, ['createScenario', draft]), decide: (ground) => decideCreation(draft, ground, actor),
      }))
    },
    async discard(id, { actor, idempotencyKey }) {
      const wrong = checkKey(idempotencyKey)
      if (wrong) return refused(wrong)
      return changed(await store.discard(id, { actor, idempotency: toIdempotency(idempotencyKey, ['discardScenario', id]), decide: (ground) => decideDiscard(id, ground) }))
    },
    async promote(id, onConflict, { actor, idempotencyKey }) {
      const wrong = checkKey(idempotencyKey)
      if (wrong) return refused(wrong)
      const promoted = await promote(config, id, { actor, onConflict, idempotency: toIdempotency(idempotencyKey, ['promoteScenario', id, onConflict]) })
      if (promoted.ok) book.forget(id)
      return promoted
    },
  }
}
