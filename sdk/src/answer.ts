import { type AnswerError, fromAnswerErrors, TwinfoldError } from './errors.ts'

/** A GraphQL response, in the form that all transports give it. */
export interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null | undefined
  readonly errors?: readonly AnswerError[] | undefined
}

/** What an operation gives. A field that failed is null in `data` and has its error in `problems`: one broken field does not take the others away. */
export interface Result<Data> {
  readonly data: Data
  readonly problems: readonly AnswerError[]
}

/** Throws the TwinfoldError of an answer without data. */
export function toResult<Data>({ data, errors = [] }: Answer): Result<Data> {
  if (!data) throw fromAnswerErrors(errors)
  return { data: data as Data, problems: errors } // the type is the document's promise, which codegen checked against the schema
}

/** The field that a subscription has, whatever it is called in the answer; undefined where it is null. Throws the TwinfoldError of an answer without it. */
export function toRootValue({ data, errors = [] }: Answer): { readonly value: Readonly<Record<string, unknown>>; readonly problems: readonly AnswerError[] } {
  const [value] = Object.entries(data ?? {}).flatMap(([name, field]) => (name === '__typename' ? [] : [field]))
  if (isRecord(value)) return { value, problems: errors }
  if (errors.length > 0) throw fromAnswerErrors(errors)
  throw new TwinfoldError('BAD_RESPONSE', 'An event of the subscription has no value.', { isRetryable: false })
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Undefined for what is no GraphQL response. */
export function parseAnswer(text: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (!isRecord(value)) return undefined
    const { data, errors } = value
    if (data !== undefined && data !== null && !isRecord(data)) return undefined
    if (errors !== undefined && !(Array.isArray(errors) && errors.every(isAnswerError))) return undefined
    return data === undefined && errors === undefined ? undefined : { data, errors }
  } catch {
    return undefined // not JSON: the caller says what came in its place
  }
}

const isAnswerError = (value: unknown): value is AnswerError => isRecord(value) && typeof value['message'] === 'string'
