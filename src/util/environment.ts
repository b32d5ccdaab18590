import { nearest } from './nearest.ts'

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reads variables with their defaults and keeps what is wrong with them, so that all of it can be said at once. */
export interface EnvironmentReader {
  text(name: string, fallback: string): string
  optional(name: string): string | undefined
  /** A whole number in the range. */
  whole(name: string, fallback: number, range: { readonly least: number; readonly most: number }): number
  oneOf<T extends string>(name: string, fallback: T, values: readonly T[]): T
  /** `on` or `off`. */
  flag(name: string, fallback: boolean): boolean
  /** Says that a value cannot be used. */
  refuse(name: string, why: string): void
  /** What is wrong, one sentence a variable; among it variables with the prefix that nobody asked for but that look like one, and so are misspelt. */
  problems(prefix: string): readonly string[]
}

/** An empty variable is taken for one that is not set. */
export function createEnvironmentReader(environment: Environment): EnvironmentReader {
  const asked = new Set<string>()
  const problems: string[] = []
  const read = (name: string): string | undefined => {
    asked.add(name)
    return environment[name] === '' ? undefined : environment[name]
  }
  const refuse = (name: string, why: string): void => void problems.push(`${name} is ${JSON.stringify(environment[name])}; ${why}`)

  const oneOf = <T extends string>(name: string, fallback: T, values: readonly T[]): T => {
    const given = read(name)
    const found = given === undefined ? fallback : values.find((value) => value === given)
    if (found === undefined) refuse(name, `it takes ${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}.`)
    return found ?? fallback
  }
  return {
    text: (name, fallback) => read(name) ?? fallback,
    optional: read,
    whole(name, fallback, { least, most }) {
      const given = read(name)
      const value = given === undefined ? fallback : Number(given)
      if (Number.isInteger(value) && value >= least && value <= most) return value
      refuse(name, `it takes a whole number from ${least} to ${most}.`)
      return fallback
    },
    oneOf,
    flag: (name, fallback) => oneOf(name, fallback ? 'on' : 'off', ['on', 'off']) === 'on',
    refuse,
    problems: (prefix) => [...problems, ...Object.keys(environment).filter((name) => name.startsWith(prefix) && !asked.has(name)).flatMap((name) => misspelt(name, prefix, asked))],
  }
}

function misspelt(name: string, prefix: string, known: Iterable<string>): readonly string[] {
  const ends = [...known].filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length))
  const meant = nearest(name.slice(prefix.length), ends)
  return meant === undefined ? [] : [`${name} means nothing here; did you mean ${prefix}${meant}?`]
}
