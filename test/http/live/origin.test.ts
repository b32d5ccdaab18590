import { expect, it } from 'vitest'
import { ConfigError, createConfig } from '../../../src/config.ts'
import { isKnownOrigin } from '../../../src/http/live/origin.ts'

const allowed = ['https://app.example.com', 'https://other.example.com:8443']

it.each([
  [undefined, 'localhost:4000', true],
  ['http://localhost:5173', 'localhost:4000', true],
  ['http://127.0.0.1', 'localhost:4000', true],
  ['http://[::1]:3000', 'localhost:4000', true],
  ['https://twins.example.com', 'twins.example.com', true],
  ['https://twins.example.com:444', 'twins.example.com', false],
  ['https://app.example.com', 'localhost:4000', true],
  ['HTTPS://APP.EXAMPLE.COM', 'localhost:4000', true],
  ['https://app.example.com:8443', 'localhost:4000', false],
  ['http://app.example.com', 'localhost:4000', false],
  ['https://other.example.com:8443', 'localhost:4000', true],
  ['http://localhost.evil.example', 'localhost:4000', false],
  ['http://127.0.0.1.evil.example', 'localhost:4000', false],
  ['http://evil.example/localhost', 'localhost:4000', false],
  ['http://localhost@evil.example', 'localhost:4000', false],
  ['null', 'localhost:4000', false],
  ['', 'localhost:4000', false],
  ['evil', undefined, false],
])('A page of %s at the host %s may open streams: %s', (origin, host, may) => {
  expect(isKnownOrigin(origin, host, allowed)).toBe(may)
})

it('Allowed origins are written as browsers write them', () => {
  expect(createConfig({ TWINFOLD_ORIGINS: ' https://App.example.com, http://a.example:81 ' }).origins).toEqual(['https://app.example.com', 'http://a.example:81'])
  for (const wrong of ['app.example.com', 'https://app.example.com/', 'https://app.example.com/path', '*']) expect(() => createConfig({ TWINFOLD_ORIGINS: wrong })).toThrow(ConfigError)
})
