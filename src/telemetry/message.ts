/**
 * What a source sends, decoded but not checked: SCHEMA.md's `{ twin, at, values, quality?, origin?, sequence?, units? }`.
 * `at` absent: the time of receipt. Values are as JSON has them; integers beyond 2^53 are bigints.
 */
export interface Message {
  readonly twin: string
  /** ISO 8601 with an offset. */
  readonly at?: string | undefined
  /** Telemetry name → value. */
  readonly values: Readonly<Record<string, unknown>>
  readonly quality?: string | undefined
  readonly origin?: string | undefined
  readonly sequence?: number | undefined
  /** Telemetry name → the DTDL unit its value is in, where that is not the model's. */
  readonly units?: Readonly<Record<string, string>> | undefined
}

/** Something that a source delivered: JSON as it came, and where from. The text is what a quarantined reading keeps, so that it can be replayed. */
export interface Delivery {
  /** A value that should be a message; its form is checked by the pipeline. */
  readonly body: unknown
  /** The source's id in the sources file; undefined for HTTP and GraphQL. */
  readonly source?: string | undefined
  /** The topic it came on. */
  readonly topic?: string | undefined
}

/** How many readings (values of messages) were stored, were redelivered, and were refused. `dropped`: refused, but too many were refused to keep them all. */
export interface IntakeReport {
  readonly accepted: number
  readonly duplicates: number
  readonly quarantined: number
  readonly dropped: number
  /** Reading after it goes on behind these. */
  readonly cursor: string
}

/**
 * The way in for every source. Resolves after everything accepted is durable and everything quarantined is kept.
 * Throws OVERLOADED when the queue is full (try again after a moment: nothing was taken) and TELEMETRY_UNAVAILABLE when the store cannot write.
 */
export interface Intake {
  submit(deliveries: readonly Delivery[]): Promise<IntakeReport>
  /** A delivery that could not even be decoded: kept in the quarantine as it came. `payload`: the text, or base64 of bytes that are no text. */
  refuse(refusals: readonly Undecodable[]): Promise<void>
}

export interface Undecodable {
  readonly payload: string
  readonly message: string
  readonly source?: string | undefined
  readonly topic?: string | undefined
  readonly origin?: string | undefined
}
