/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  subscription RunningPumps($after: Cursor) {\n    pumpsLive(where: { status: { eq: \"RUNNING\" } }, after: $after) {\n      kind\n      cursor\n      id\n      node {\n        _id\n        name\n        speed\n        feeds {\n          name\n        }\n      }\n    }\n  }\n": typeof types.RunningPumpsDocument,
    "\n  subscription ChangesOfPumps($after: Cursor) {\n    changes(after: $after, models: [\"dtmi:watertown:Pump;1\"]) {\n      __typename\n      ... on Change {\n        cursor\n        kind\n        twinId\n        properties {\n          name\n          before\n          after\n        }\n      }\n      ... on Gap {\n        from\n        to\n      }\n      ... on CaughtUp {\n        cursor\n      }\n    }\n  }\n": typeof types.ChangesOfPumpsDocument,
    "\n  query Pumps {\n    pumps(sort: [{ _id: ASC }]) {\n      _id\n      status\n    }\n  }\n": typeof types.PumpsDocument,
    "\n  mutation SetPump($id: ID!, $properties: Pump_Properties!) {\n    updatePump(id: $id, properties: $properties) {\n      __typename\n      ... on UpdateTwinSuccess {\n        cursor\n      }\n      ... on Problem {\n        code\n        message\n      }\n    }\n  }\n": typeof types.SetPumpDocument,
};
const documents: Documents = {
    "\n  subscription RunningPumps($after: Cursor) {\n    pumpsLive(where: { status: { eq: \"RUNNING\" } }, after: $after) {\n      kind\n      cursor\n      id\n      node {\n        _id\n        name\n        speed\n        feeds {\n          name\n        }\n      }\n    }\n  }\n": types.RunningPumpsDocument,
    "\n  subscription ChangesOfPumps($after: Cursor) {\n    changes(after: $after, models: [\"dtmi:watertown:Pump;1\"]) {\n      __typename\n      ... on Change {\n        cursor\n        kind\n        twinId\n        properties {\n          name\n          before\n          after\n        }\n      }\n      ... on Gap {\n        from\n        to\n      }\n      ... on CaughtUp {\n        cursor\n      }\n    }\n  }\n": types.ChangesOfPumpsDocument,
    "\n  query Pumps {\n    pumps(sort: [{ _id: ASC }]) {\n      _id\n      status\n    }\n  }\n": types.PumpsDocument,
    "\n  mutation SetPump($id: ID!, $properties: Pump_Properties!) {\n    updatePump(id: $id, properties: $properties) {\n      __typename\n      ... on UpdateTwinSuccess {\n        cursor\n      }\n      ... on Problem {\n        code\n        message\n      }\n    }\n  }\n": types.SetPumpDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription RunningPumps($after: Cursor) {\n    pumpsLive(where: { status: { eq: \"RUNNING\" } }, after: $after) {\n      kind\n      cursor\n      id\n      node {\n        _id\n        name\n        speed\n        feeds {\n          name\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').RunningPumpsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ChangesOfPumps($after: Cursor) {\n    changes(after: $after, models: [\"dtmi:watertown:Pump;1\"]) {\n      __typename\n      ... on Change {\n        cursor\n        kind\n        twinId\n        properties {\n          name\n          before\n          after\n        }\n      }\n      ... on Gap {\n        from\n        to\n      }\n      ... on CaughtUp {\n        cursor\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ChangesOfPumpsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Pumps {\n    pumps(sort: [{ _id: ASC }]) {\n      _id\n      status\n    }\n  }\n"): typeof import('./graphql.ts').PumpsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetPump($id: ID!, $properties: Pump_Properties!) {\n    updatePump(id: $id, properties: $properties) {\n      __typename\n      ... on UpdateTwinSuccess {\n        cursor\n      }\n      ... on Problem {\n        code\n        message\n      }\n    }\n  }\n"): typeof import('./graphql.ts').SetPumpDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
