import { describe, expect, it } from 'vitest'
import type { Alert, Resolution } from '../../src/alert/alert.ts'
import type { Found } from '../../src/alert/alert-store.ts'
import { completeAll } from '../../src/alert/complete-findings.ts'
import { decideAlert } from '../../src/alert/decide-alert.ts'
import type { StoredRule } from '../../src/alert/rule.ts'
import { failure } from '../../src/errors.ts'

const rule: Found['rule'] = { name: 'R', severity: 'WARNING', labels: {}, annotations: {}, reopenWithin: 0, notify: [], then: [] }
const subject = { rule: 'r', twin: 't', series: 's' }
const raise = (since: number, at: number, isBelated = false): Found & { readonly kind: 'raise' } =>
  ({ kind: 'raise', subject, since, evidence: { at, value: 1, limit: 0, origin: null, run: null, contributions: [] }, message: 'm', isBelated, rule, affected: { twins: [], isComplete: true } })
const resolve = (until: number | null, resolution: Exclude<Resolution, 'BY_HAND'> = 'CLEARED'): Found => ({ kind: 'resolve', subject, until, resolution, rule, affected: { twins: [], isComplete: true } })
const decide = (found: Found, last: Alert | undefined): Alert | undefined => decideAlert(found, { last, now: 1, revision: 1, id: 'a' })?.alert
const raised = decide(raise(10, 12), undefined)
const ended = (resolution: Resolution): Alert | undefined => raised && { ...raised, state: 'RESOLVED', until: 20, resolvedAt: 2, resolution }

describe('What is found again', () => {
  it('after a crash changes nothing: neither is what was told raised anew, nor is what is open ended by the end of what was before it', () => {
    expect(decide(raise(10, 12), ended('CLEARED'))).toBeUndefined()
    expect(decide(raise(3, 5), ended('CLEARED'))).toBeUndefined()
    expect(decide(resolve(8), raised)).toBeUndefined()
    expect(decide(raise(21, 23), ended('CLEARED'))).toMatchObject({ state: 'OPEN', since: 21 })
    expect(decide(resolve(20), raised)).toMatchObject({ state: 'RESOLVED', until: 20 })
    expect(decide(resolve(null, 'TWIN_GONE'), raised)).toMatchObject({ resolution: 'TWIN_GONE' })
  })

  it('is raised where it is of before what was told last, as readings came late, or was told not to be so', () => {
    expect(decide(raise(3, 5, true), ended('CLEARED'))).toMatchObject({ state: 'OPEN', since: 3 })
    for (const resolution of ['CORRECTED', 'RULE_CHANGED', 'TWIN_GONE'] as const) expect(decide(raise(10, 12), ended(resolution))).toMatchObject({ state: 'OPEN' })
  })

  it('stays resolved where somebody resolved it by hand, until it begins again', () => {
    expect(decide(raise(10, 30), ended('BY_HAND'))).toBeUndefined()
    expect(decide(raise(10, 12, true), ended('BY_HAND'))).toBeUndefined()
    expect(decide(raise(25, 30), ended('BY_HAND'))).toMatchObject({ state: 'OPEN', since: 25 })
  })
})

describe('Who is affected', () => {
  const stored: StoredRule = {
    ...rule, id: 'r', description: null, isEnabled: true, when: { kind: 'ScheduleCondition', every: 1 }, for: 0, keepFor: 0, over: [], depth: 1, version: 1, judged: 1, from: 0, trouble: null, createdAt: 1, createdBy: 'me', updatedAt: 1,
  }
  const collect = async (findings: readonly Found[], isOpen: boolean, affected: () => Promise<Found['affected']>): Promise<readonly (readonly Found[])[]> => {
    const portions: (readonly Found[])[] = []
    for await (const portion of completeAll(findings, () => isOpen, () => stored, { affected, onTrouble: () => undefined })) portions.push(portion)
    return portions
  }

  it('is not looked up of alerts that are open, unless they end first', async () => {
    let asked = 0
    const affected = (): Promise<Found['affected']> => Promise.resolve({ twins: [`${++asked}`], isComplete: true })
    expect(await collect([raise(1, 1), raise(2, 2)], true, affected)).toEqual([])
    expect((await collect([raise(1, 1), resolve(2), raise(3, 3)], true, affected)).flat().map(({ kind }) => kind)).toEqual(['resolve', 'raise'])
    expect(asked).toBe(1)
  })

  it('is not complete where it cannot be found out in time, which keeps no alert from being raised', async () => {
    expect(await collect([raise(1, 1)], false, () => Promise.reject(failure('TIMEOUT')))).toMatchObject([[{ kind: 'raise', affected: { twins: [], isComplete: false } }]])
    await expect(collect([raise(1, 1)], false, () => Promise.reject(failure('STORE_UNAVAILABLE')))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  it('is held in memory for so many alerts only', async () => {
    const twins = Array.from({ length: 100_000 }, (_, index) => `${index}`)
    expect((await collect([1, 2, 3].map((at) => raise(at, at)), false, () => Promise.resolve({ twins, isComplete: true }))).map((portion) => portion.length)).toEqual([2, 1])
  })
})
