import { nearest } from '../../util/nearest.ts'

/** Something wrong in the sources file: where (RFC 6901), and a sentence that says what to do. */
export interface SourcesProblem {
  readonly pointer: string
  readonly message: string
}

/** Reads the members of a JSON object with their defaults, and keeps what is wrong with them, so that all of it can be said at once. */
export interface MemberReader {
  /** Undefined where it is absent, or wrong and said so. */
  text(name: string): string | undefined
  required(name: string, what: string): string
  oneOf<T extends string>(name: string, fallback: T | undefined, values: readonly T[]): T
  whole(name: string, fallback: number, range: { readonly least: number; readonly most: number }): number
  /** A reader for every item of a list of objects. */
  items(name: string, what: string): readonly MemberReader[]
  /** Of any type, to be checked by the caller. */
  value(name: string): unknown
  refuse(name: string, message: string): void
  /** Says which members nobody asked for. */
  finish(): void
}

/** A value that is no object is a problem, and reads as an empty one. */
export function createMemberReader(value: unknown, pointer: string, problems: SourcesProblem[]): MemberReader {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isObject) problems.push({ pointer, message: `This is ${shown(value)}; an object is needed.` })
  const members = new Map<string, unknown>(isObject ? Object.entries(value) : [])
  const asked = new Set<string>()
  const at = (name: string): string => `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
  const refuse = (name: string, message: string): void => void problems.push({ pointer: at(name), message })
  const read = (name: string): unknown => {
    asked.add(name)
    return members.get(name)
  }

  const text = (name: string): string | undefined => {
    const given = read(name)
    if (given === undefined || (typeof given === 'string' && given !== '')) return given
    refuse(name, `${shown(given)} cannot be used; give a text that is not empty, or leave it out.`)
    return undefined
  }
  return {
    text,
    required(name, what) {
      if (isObject && read(name) === undefined) refuse(name, `It is missing; give ${what}.`)
      return text(name) ?? ''
    },
    oneOf(name, fallback, values) {
      const given = read(name) ?? fallback
      const found = values.find((value) => value === given)
      if (found === undefined && isObject) refuse(name, `${given === undefined ? 'It is missing' : `${shown(given)} cannot be used`}; it takes ${values.map((value) => JSON.stringify(value)).join(', ')}.`)
      return found ?? fallback ?? values[0] as typeof values[number]
    },
    whole(name, fallback, { least, most }) {
      const given = read(name) ?? fallback
      if (typeof given === 'number' && Number.isInteger(given) && given >= least && given <= most) return given
      refuse(name, `${shown(given)} cannot be used; it takes a whole number from ${least} to ${most}.`)
      return fallback
    },
    items(name, what) {
      const given = read(name)
      if (Array.isArray(given) && given.length > 0) return given.map((item: unknown, index) => createMemberReader(item, `${at(name)}/${index}`, problems))
      if (isObject) refuse(name, `${given === undefined ? 'It is missing' : `${shown(given)} cannot be used`}; give a list of ${what}.`)
      return []
    },
    value: read,
    refuse,
    finish() {
      for (const name of members.keys()) {
        const meant = asked.has(name) ? undefined : nearest(name, asked)
        if (!asked.has(name)) refuse(name, meant === undefined ? `It means nothing here; this takes ${[...asked].join(', ')}.` : `It means nothing here; did you mean ${meant}?`)
      }
    },
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
