import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseModelDescription } from '../../../src/simulation/fmi/model-description.ts'
import { describe as describeFmu, models } from './fmus.ts'

const parse = (text: string): unknown => {
  const outcome = parseModelDescription(text)
  return outcome.ok ? outcome.value : outcome.problem
}

const wrap2 = (variables: string, more = ''): string => `<?xml version="1.0"?><fmiModelDescription fmiVersion="2.0" modelName="m" guid="{g}">${more}<CoSimulation modelIdentifier="m"/><ModelVariables>${variables}</ModelVariables></fmiModelDescription>`
const wrap3 = (variables: string, more = ''): string => `<fmiModelDescription fmiVersion="3.0.1" modelName="m" instantiationToken="{g}">${more}<CoSimulation modelIdentifier="m"/><ModelVariables>${variables}</ModelVariables></fmiModelDescription>`

describe('A modelDescription.xml', () => {
  it.each(['2.0', '3.0'] as const)('of FMI %s tells variables with their types, causalities, starts and units', (version) => {
    const outcome = parseModelDescription(describeFmu({ ...models.controller, version, stepSize: 0.5, more: 'canBeInstantiatedOnlyOncePerProcess="true" needsExecutionTool="false"' }))
    if (!outcome.ok) throw new Error(outcome.problem)
    expect(outcome.value).toMatchObject({ version, modelName: 'controller', token: 'controller', identifier: 'controller', capabilities: { isOncePerProcess: true, needsExecutionTool: false }, experiment: { stepSize: 0.5 } })
    expect([...outcome.value.variables.values()].map(({ name, reference, type, causality, variability, start }) => [name, reference, type, causality, variability, start])).toEqual([
      ['level', 0, 'Float64', 'input', 'continuous', undefined], ['open', 1, 'Boolean', 'output', 'discrete', undefined], ['lower', 2, 'Float64', 'parameter', 'fixed', 90],
      ['upper', 3, 'Float64', 'parameter', 'fixed', 110], ['switches', 4, 'Int32', 'output', 'discrete', undefined],
    ])
    expect(outcome.value.variables.get('level')?.unit).toEqual({ name: 'cm', exponents: [0, 1, 0, 0, 0, 0, 0, 0], factor: 0.01, offset: 0 })
  })

  it('takes from a declared type what a variable does not say itself', () => {
    const units = '<UnitDefinitions><Unit name="degC"><BaseUnit K="1" offset="273.15"/></Unit></UnitDefinitions>'
    const two = wrap2('<ScalarVariable name="t" valueReference="7"><Real declaredType="T" max="90"/></ScalarVariable>', `${units}<TypeDefinitions><SimpleType name="T"><Real unit="degC" min="-10" max="100" relativeQuantity="true"/></SimpleType></TypeDefinitions>`)
    const three = wrap3('<Float64 name="t" valueReference="7" declaredType="T" max="90"/>', `${units}<TypeDefinitions><Float64Type name="T" unit="degC" min="-10" max="100" relativeQuantity="true"/></TypeDefinitions>`)
    for (const text of [two, three]) {
      const outcome = parseModelDescription(text)
      expect(outcome.ok && outcome.value.variables.get('t')).toMatchObject({ reference: 7, min: -10, max: 90, isRelative: true, unit: { name: 'degC', factor: 1, offset: 273.15 } })
    }
  })

  it('tells arrays, text and names that are no ordinary ones', () => {
    const outcome = parseModelDescription(wrap3('<Float32 name="a[1] &quot;x&quot;" valueReference="1"><Dimension start="3"/></Float32><String name="__proto__" valueReference="2"><Start value="5 &lt; 6"/></String><Binary name="b" valueReference="3"/>'))
    if (!outcome.ok) throw new Error(outcome.problem)
    expect([...outcome.value.variables.values()].map(({ name, type, isArray, start }) => [name, type, isArray, start])).toEqual([['a[1] "x"', 'Float32', true, undefined], ['__proto__', 'String', false, '5 < 6'], ['b', 'Binary', false, undefined]])
  })

  it.each([
    ['', /no element/], ['text', /text outside/], ['<a>', /a is not closed/], ['<html/>', /FMI 2.0 and 3.0 are taken/], ['<fmiModelDescription fmiVersion="1.0"/>', /"1.0"/], ['<fmiModelDescription fmiVersion="3.0-beta.2"/>', /3.0-beta.2/],
    ['<fmiModelDescription fmiVersion="2.0"><ModelExchange modelIdentifier="m"/></fmiModelDescription>', /no co-simulation/],
    ['<fmiModelDescription fmiVersion="2.0"><CoSimulation modelIdentifier="../../bin/sh"/></fmiModelDescription>', /modelIdentifier/],
    ['<!DOCTYPE a [<!ENTITY b "c">]><fmiModelDescription fmiVersion="2.0"/>', /document type/], ['<a b="&c;"/>', /& in "&c;" begins no reference/], ['<a b="1" b="2"/>', /b twice/], ['<a>\n<b></a>', /closes a, where b is open \(line 2\)/], ['<a/><b/>', /second root/],
    [wrap2('<ScalarVariable name="x" valueReference="-1"><Real/></ScalarVariable>'), /valueReference/], [wrap2('<ScalarVariable name="x" valueReference="1"/>'), /type/], [wrap3('<Real name="x" valueReference="1"/>'), /type that FMI 3.0/],
    [`${'<a>'.repeat(102)}${'</a>'.repeat(102)}`, /nested more than 100 deep/],
  ])('that cannot be used is refused in words: %$', (text, words) => {
    expect(parse(text)).toMatch(words)
  })

  it('never throws, whatever it holds', () => {
    const valid = describeFmu({ ...models.tank, version: '2.0' })
    fc.assert(fc.property(fc.nat(valid.length), fc.nat(200), fc.string(), (at, cut, put) => {
      expect(typeof parseModelDescription(valid.slice(0, at) + put + valid.slice(at + cut)).ok).toBe('boolean')
    }), { numRuns: 200 })
  })
})
