import { graphql } from './generated/gql.ts'

/** Pumps that run. Stopping one takes it out of the answer. */
export const runningPumps = graphql(`
  subscription RunningPumps($after: Cursor) {
    pumpsLive(where: { status: { eq: "RUNNING" } }, after: $after) {
      kind
      cursor
      id
      node {
        _id
        name
        speed
        feeds {
          name
        }
      }
    }
  }
`)

/** Everything that happens to pumps, from a place on. */
export const changesOfPumps = graphql(`
  subscription ChangesOfPumps($after: Cursor) {
    changes(after: $after, models: ["dtmi:watertown:Pump;1"]) {
      __typename
      ... on Change {
        cursor
        kind
        twinId
        properties {
          name
          before
          after
        }
      }
      ... on Gap {
        from
        to
      }
      ... on CaughtUp {
        cursor
      }
    }
  }
`)

/** Pumps of the town. */
export const pumps = graphql(`
  query Pumps {
    pumps(sort: [{ _id: ASC }]) {
      _id
      status
    }
  }
`)

/** Starts or stops a pump. */
export const setPump = graphql(`
  mutation SetPump($id: ID!, $properties: Pump_Properties!) {
    updatePump(id: $id, properties: $properties) {
      __typename
      ... on UpdateTwinSuccess {
        cursor
      }
      ... on Problem {
        code
        message
      }
    }
  }
`)
