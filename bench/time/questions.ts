import type { Question } from './measure.ts'

/** Where the questions look: in `buildings` buildings from one on. A scenario's edits all lie in one. */
export interface Area {
  readonly firstBuilding: number
  readonly buildings: number
}

/** Those that look through all twins of a type. */
export const lists: ReadonlySet<string> = new Set(['indexed', 'unindexed', 'connection'])

const whole: Area = { firstBuilding: 0, buildings: 40 }

const look = '$asOf: DateTime, $scenario: ID'
const looking = 'asOf: $asOf, scenario: $scenario'

/** Every call asks for something else, so that nothing is answered from a cache. */
export function questionsIn({ firstBuilding, buildings }: Area = whole): Readonly<Record<'point' | 'nested' | 'subtree' | 'within' | 'indexed' | 'unindexed' | 'connection', Question>> {
  const one = (prefix: string, each: number) => (n: number) => ({ id: `${prefix}-${firstBuilding * each + ((n * 7919) % (buildings * each))}` })
  const list = (where: string): string => `query(${look}) { sensors(where: ${where}, sort: [{ _id: ASC }], limit: 50, ${looking}) { _id name status weight setpoint } }`
  const asked: Record<string, Omit<Question, 'name'>> = {
    point: { query: `query($id: ID!, ${look}) { sensor(id: $id, ${looking}) { _id name status weight setpoint } }`, variables: one('sensor', 2_000) },
    nested: {
      query: `query($id: ID!, ${look}) { floor(id: $id, ${looking}) { _id name contains { _id name hosts { _id name hasPoint(where: { status: { eq: "OK" } }) { _id name status weight } } } } }`,
      variables: one('floor', 10),
    },
    indexed: { query: list('{ status: { eq: "FAULT" } }'), variables: () => ({}) },
    unindexed: { query: list('{ weight: { lt: 2 } }'), variables: () => ({}) },
    subtree: {
      query: `query($of: [ID!]!, ${look}) { sensors(within: { of: $of, over: ["contains", "hosts", "hasPoint"], maxDepth: 4 }, where: { status: { eq: "FAULT" } }, limit: 100, ${looking}) { _id name weight } }`,
      variables: (n) => ({ of: [`building-${firstBuilding + (n % buildings)}`] }),
    },
    within: {
      query: `query($of: [ID!]!, ${look}) { rooms(within: { of: $of, over: ["contains", "hosts", "hasPoint"], maxDepth: 4 }, limit: 200, ${looking}) { _id name } }`,
      variables: (n) => ({ of: [`building-${firstBuilding + (n % buildings)}`] }),
    },
    connection: {
      query: `query(${look}) { sensorsConnection(where: { status: { eq: "FAULT" } }, first: 50, ${looking}) { totalCount edges { node { _id name weight } } } }`, variables: () => ({}),
    },
  }
  const titles = {
    point: 'a twin by its id', nested: 'nested: a floor, 10 rooms, 40 devices, 200 sensors', subtree: 'the faulty sensors of a subtree of 2,500', within: 'the 100 rooms of a subtree of 2,500',
    indexed: 'a list by an indexed property, 50 of 80,000', unindexed: 'a list by an unindexed property, 50 of 80,000', connection: 'a connection of 50 by an indexed property, with totalCount',
  }
  return Object.fromEntries(Object.entries(titles).map(([key, name]) => [key, { name, ...asked[key] }])) as ReturnType<typeof questionsIn>
}
