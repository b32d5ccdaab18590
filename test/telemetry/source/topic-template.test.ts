import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchTopic, namesOf, parseTopicTemplate, toFilter } from '../../../src/telemetry/source/topic-template.ts'

const template = (text: string) => {
  const { template, problems } = parseTopicTemplate(text)
  expect(problems).toEqual([])
  return template
}
const bindings = (text: string, topic: string): Record<string, string> | undefined => {
  const bound = matchTopic(template(text), topic)
  return bound && Object.fromEntries(bound)
}

/** Section 4.7 of MQTT 5 as a regular expression: written another way than the code under test. */
function filterMatches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false
  const pattern = filter.split('/').map((part, index) => {
    if (part === '#') return index === 0 ? '.*' : '(?:/.*)?'
    return `${index === 0 ? '' : '/'}${part === '+' ? '[^/]*' : part.replace(/[.*?^$()|[\]\\]/g, '\\$&')}`
  }).join('')
  return new RegExp(`^${pattern}$`, 's').test(topic)
}

const level = fc.constantFrom('a', 'b', 'pump-1', '', '$x', 'ä', 'a.b')
const topic = fc.array(level, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/')).filter((text) => text !== '')
const templateText = fc.record({
  parts: fc.array(fc.oneof(level, fc.constantFrom('+', '{}')), { minLength: 1, maxLength: 5 }),
  end: fc.constantFrom(undefined, '#', '{rest...}'),
}).map(({ parts, end }) => [...parts, ...(end ? [end] : [])].map((part, index) => (part === '{}' ? `{v${index}}` : part)).join('/')).filter((text) => text !== '')

describe('A topic template', () => {
  it('names levels of a topic', () => {
    expect(toFilter(template('plants/{twin}/telemetry/{name}'))).toBe('plants/+/telemetry/+')
    expect(bindings('plants/{twin}/telemetry/{name}', 'plants/pump-1/telemetry/flow')).toEqual({ twin: 'pump-1', name: 'flow' })
    expect(bindings('plants/{twin}/telemetry/{name}', 'plants/pump-1/state/flow')).toBeUndefined()
    expect(bindings('plants/{twin}/telemetry/{name}', 'plants/pump-1/telemetry/flow/raw')).toBeUndefined()
  })

  it('takes what follows as one, even if nothing does', () => {
    expect(toFilter(template('site/{twin}/{rest...}'))).toBe('site/+/#')
    expect(bindings('site/{twin}/{rest...}', 'site/a/b/c')).toEqual({ twin: 'a', rest: 'b/c' })
    expect(bindings('site/{twin}/{rest...}', 'site/a')).toEqual({ twin: 'a', rest: '' })
    expect(bindings('site/#', 'site/a/b')).toEqual({})
  })

  it('matches what its filter matches, and nothing else', () => {
    fc.assert(fc.property(templateText, topic, (text, sent) => {
      const parsed = template(text)
      expect(matchTopic(parsed, sent) !== undefined).toBe(filterMatches(toFilter(parsed), sent))
    }), { numRuns: 2_000 })
  })

  it('gives back what its levels were filled with', () => {
    fc.assert(fc.property(templateText, fc.array(level, { minLength: 6, maxLength: 6 }), fc.array(level, { minLength: 1, maxLength: 3 }), (text, fill, tail) => {
      const parsed = template(text)
      const values = new Map(namesOf(parsed).map((name, index) => [name, name === 'rest' ? tail.join('/') : fill[index] ?? '']))
      const sent = text.split('/').map((part) => (part === '+' ? 'any' : part === '#' ? 'x' : values.get(/^\{(\w+)/.exec(part)?.[1] ?? '') ?? part)).join('/')
      fc.pre(!(sent.startsWith('$') && !text.startsWith('$')))
      expect(matchTopic(parsed, sent)).toEqual(values)
    }))
  })

  it('says what is wrong with it, and what to do', () => {
    const problems = (text: string) => parseTopicTemplate(text).problems
    expect(problems('')).toEqual([expect.stringContaining('give one such as')])
    expect(problems('pump-{id}/x')).toEqual([expect.stringMatching(/^pump-\{id\} cannot be a level.*mapping\.$/)])
    expect(problems('a/#/b')).toEqual([expect.stringContaining('put it at the end')])
    expect(problems('a/{rest...}/b')).toEqual([expect.stringContaining('put it at the end')])
    expect(problems('{x}/{x}')).toEqual(['{x} stands in the topic twice; give each level a name of its own.'])
    expect(problems('$share/g/a')).toEqual([expect.stringContaining('set "share"')])
    expect(problems('a\0b')).toEqual([expect.stringContaining('NUL')])
    expect(problems('x'.repeat(65_536))).toEqual([expect.stringContaining('shorten it')])
    expect(problems('a/{__proto__}')).toEqual([expect.stringContaining('cannot be a level')])
  })
})
