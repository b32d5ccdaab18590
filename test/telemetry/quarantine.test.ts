import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at, openWorks, type Works } from './works.ts'

let works: Works
beforeAll(async () => { works = await openWorks(1) })
afterAll(() => works[Symbol.asyncDispose]())

const fields = '{ id code message twin telemetry at origin source topic payload attempts }'
const quarantined = async (where = ''): Promise<readonly Readonly<Record<string, string>>[]> => (await works.data(`{ quarantinedReadings(${where === '' ? '' : `where: ${where}, `}sort: [{ receivedAt: ASC }]) ${fields} }`))['quarantinedReadings'] as Record<string, string>[]
const replay = (args: string) => works.data(`mutation { replayQuarantined(${args}) { ... on ReplayQuarantinedSuccess { accepted duplicates refused { id code message } } ... on NotFound { code id } } }`)
const discard = (args: string) => works.data(`mutation { discardQuarantined(${args}) { ... on DiscardQuarantinedSuccess { discarded } ... on NotFound { code id } } }`)

describe('A refused reading', () => {
  it('is kept with what was wrong, where, and what to do', async () => {
    await works.send([
      { twin: 'p9', at: at(0), values: { flow: 1 }, origin: 'plc' }, { twin: 'p1', at: at(1), values: { flw: 1, flow: 'much' } }, { twin: 'p1', at: '2026-02-30T00:00:00Z', values: { flow: 1 } },
      { twin: 'p1', values: { flow: 1 }, sequence: -1 }, { twin: 'p1', at: at(2), values: { flow: 3 }, units: { flow: 'metre' } },
    ])
    await works.post('/ingest', 'no json', { 'content-type': 'application/x-ndjson' })
    const found = await quarantined()
    expect(found.map(({ code, twin, telemetry, origin }) => [code, twin, telemetry, origin]).sort()).toEqual([
      ['MALFORMED', null, null, null], ['UNDECODABLE', null, null, null], ['UNKNOWN_TELEMETRY', 'p1', 'flw', null], ['UNKNOWN_TWIN', 'p9', null, 'plc'],
      ['WRONG_TIME', 'p1', null, null], ['WRONG_TYPE', 'p1', 'flow', null], ['WRONG_UNIT', 'p1', 'flow', null],
    ])
    const message = (code: string): string => found.find((each) => each['code'] === code)?.['message'] ?? ''
    expect(message('UNKNOWN_TELEMETRY')).toBe('dtmi:works:Pump;1, the model of p1, has no telemetry "flw". Did you mean flow?')
    expect(message('WRONG_TYPE')).toBe('flow of p1: expected a number, got "much".')
    expect(message('UNKNOWN_TWIN')).toContain('Create it')
    expect(JSON.parse(found.find(({ code }) => code === 'WRONG_TYPE')?.['payload'] ?? '')).toEqual({ twin: 'p1', at: at(1), values: { flow: 'much' } })
    expect((await quarantined('{ code: { eq: WRONG_UNIT } }')).map(({ code }) => code)).toEqual(['WRONG_UNIT'])
  })

  it('is stored when it is replayed after the cause was mended, and stays with what is wrong now where it was not', async () => {
    const [missing] = await quarantined('{ code: { eq: UNKNOWN_TWIN } }')
    expect(await replay(`ids: ["${missing?.['id']}"]`)).toMatchObject({ replayQuarantined: { accepted: 0, refused: [{ id: missing?.['id'], code: 'UNKNOWN_TWIN' }] } })
    expect((await quarantined('{ code: { eq: UNKNOWN_TWIN } }'))[0]).toMatchObject({ attempts: 2 })
    await works.data('mutation { createPump(id: "p9") { __typename } }')
    expect(await replay('where: { twin: { in: ["p9", "p1"] } }')).toMatchObject({ replayQuarantined: { accepted: 1, duplicates: 0, refused: { length: 4 } } })
    expect(await works.pump('flow { latest { value at origin } }', 'p9')).toEqual({ flow: { latest: { value: 1, at: at(0), origin: 'plc' } } })
    expect(await quarantined('{ twin: { eq: "p9" } }')).toEqual([])
    expect(await replay(`ids: ["${missing?.['id']}"]`)).toEqual({ replayQuarantined: { code: 'NOT_FOUND', id: missing?.['id'] } })
  })

  it('can be discarded', async () => {
    expect(await discard('ids: ["nobody"]')).toEqual({ discardQuarantined: { code: 'NOT_FOUND', id: 'nobody' } })
    expect(await discard('where: { twin: { eq: "p1" } }')).toEqual({ discardQuarantined: { discarded: 4 } })
    expect(await works.ask('mutation { discardQuarantined { __typename } }')).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
    await discard('where: { NOT: { code: { eq: MALFORMED } } }')
    expect((await quarantined()).map(({ code }) => code)).toEqual(['MALFORMED'])
  })

  it('has room in the quarantine up to its limit; beyond, it is counted, also by the next process', async () => {
    await using small = await openWorks(1, { limits: { ...works.app.config.limits, quarantine: 3 } })
    const bad = (count: number) => Array.from({ length: count }, (_, index) => ({ twin: 'p1', at: at(index), values: { flow: 'x' } }))
    expect(await small.send([...bad(5), { twin: 'p1', at: at(9), values: { flow: 9 } }])).toMatchObject({ accepted: 1, quarantined: 3, dropped: 2 })
    await small.restart()
    expect(await small.send(bad(1))).toMatchObject({ quarantined: 0, dropped: 1 })
    const status = '{ telemetryStatus { isWritable quarantine { kept limit dropped } } }'
    expect(await small.data(status)).toEqual({ telemetryStatus: { isWritable: true, quarantine: { kept: 3, limit: 3, dropped: 3 } } })
    await small.data('mutation { discardQuarantined(where: {}) { __typename } }')
    expect(await small.send(bad(1))).toMatchObject({ quarantined: 1, dropped: 0 })
  })
})
