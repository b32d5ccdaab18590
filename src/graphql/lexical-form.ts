/** The forms that scalars' texts must have. Each is the form's grammar and, where it has one, its calendar. */
export interface LexicalForm {
  /** Shown to whoever sent something else. */
  readonly example: string
  test(text: string): boolean
}

const offset = String.raw`(?:Z|[+-](?:0\d|1[0-8]):[0-5]\d)`
const clock = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?`
const day = String.raw`(\d{4})-(\d\d)-(\d\d)`

const dayForm = new RegExp(`^${day}$`)
const instantForm = new RegExp(`^${day}T${clock}${offset}$`)
const timeForm = new RegExp(`^${clock}${offset}$`)
/** ISO 8601-1 5.5.2: at least one part, `T` only before parts of a day, a fraction only of seconds. */
const durationForm = /^-?P(?=\d|T\d)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/
const decimalForm = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/
const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

export const lexicalForms = {
  Date: { example: '2026-03-01', test: (text) => isDay(dayForm.exec(text)) },
  DateTime: { example: '2026-03-01T06:30:00Z', test: (text) => isDay(instantForm.exec(text)) },
  Time: { example: '06:30:00Z', test: (text) => timeForm.test(text) },
  Duration: { example: 'PT15M', test: (text) => durationForm.test(text) },
  Decimal: { example: '0.10', test: (text) => decimalForm.test(text) },
  UUID: { example: '123e4567-e89b-12d3-a456-426614174000', test: (text) => uuidForm.test(text) },
  Bytes: { example: 'aGVsbG8=', test: (text) => base64Form.test(text) },
} as const satisfies Record<string, LexicalForm>

/** Whether year, month and day, the groups of the match, name a day of the Gregorian calendar. */
function isDay(match: RegExpExecArray | null): boolean {
  if (!match) return false
  const [year, month, date] = match.slice(1, 4).map(Number)
  if (year === undefined || month === undefined || date === undefined || month < 1 || month > 12) return false
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const last = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
  return date >= 1 && date <= last
}
