import { failureCodes } from '../errors.ts'
import { problemCodes } from '../problem.ts'
import { requestErrorCodes } from './failures.ts'

/** docs/errors.md: every code a client can meet, from the registries that the code itself uses. Markdown. */
export function errorDocs(): string {
  return `# Errors

Every code that the API answers with, what it means, and what to do. Generated from the code by \`npm run docs:errors\`.

There are three kinds:

- **Problems** are data: what a correct client can meet, such as a twin that is not there. A mutation returns them in the place of its success, typed, as \`... on Problem { code message path }\`.
- **Failures** are errors: an outage, a limit, a request that cannot be carried out. They stand in \`errors\`, as below.
- **Errors of the request** are GraphQL's own: the document, the operation or its variables are not valid.

\`\`\`json
{ "errors": [{ "message": "The graph store cannot be reached.", "path": ["pumps"], "extensions": { "code": "STORE_UNAVAILABLE", "retryable": true, "remedy": "…", "requestId": "u0Zk3…" } }] }
\`\`\`

\`retryable\` tells whether the same request can succeed later, unchanged. \`requestId\`, which every answer has in its header \`x-request-id\` too, finds the request in the server's log; send a header of that name to choose it.

The HTTP status is the one given here where nothing was executed. An operation that was executed is answered with 200 and what data there is, whatever became of its fields.

## Problems

| code | meaning | what to do |
|---|---|---|
${rows(problemCodes, ({ meaning, remedy }) => [meaning, remedy])}

## Failures

| code | HTTP | retry | meaning | what to do |
|---|---|---|---|---|
${rows(failureCodes, ({ status, retryable, message, remedy }) => [String(status), retryable ? 'yes' : 'no', message, remedy])}

## Errors of the request

| code | HTTP | meaning | what to do |
|---|---|---|---|
${rows(requestErrorCodes, ({ status, meaning, remedy }) => [String(status), meaning, remedy])}
`
}

const rows = <T>(registry: Readonly<Record<string, T>>, cells: (entry: T) => readonly string[]): string =>
  Object.entries(registry).map(([code, entry]) => `| ${[`\`${code}\``, ...cells(entry).map((cell) => cell.replaceAll('|', '\\|'))].join(' | ')} |`).join('\n')
