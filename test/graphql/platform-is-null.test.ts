import { expect, it } from 'vitest'
import { withoutIsNull } from '../../src/graphql/catalogue/is-null.ts'

it.each([
  [{ a: { isNull: true } }, { AND: [{ a: { eq: null } }] }],
  [{ a: { isNull: false, gt: 1 } }, { a: { gt: 1 }, AND: [{ NOT: { a: { eq: null } } }] }],
  [{ a: { isNull: null, gt: 1 } }, { a: { gt: 1 } }],
  [{ AND: [{ a: { isNull: true } }, { b: { eq: 1 } }], c: { isNull: true } }, { AND: [{ AND: [{ a: { eq: null } }] }, { b: { eq: 1 } }, { c: { eq: null } }] }],
  [{ NOT: { a: { isNull: true } } }, { NOT: { AND: [{ a: { eq: null } }] } }],
  [{ runs: { some: { a: { isNull: false } } } }, { runs: { some: { AND: [{ NOT: { a: { eq: null } } }] } } }],
  [{ a: { in: [null, 'isNull'] }, b: null }, { a: { in: [null, 'isNull'] }, b: null }],
])('%j is %j in the library\'s words', (ours, theirs) => {
  expect(withoutIsNull(ours)).toEqual(theirs)
})
