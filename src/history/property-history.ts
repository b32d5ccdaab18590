import { namesSet } from './fold-settings.ts'

/** A property of one twin or component, in one of its lives. */
export interface PropertyOf {
  readonly id: string
  readonly isComponent: boolean
  readonly name: string
  /** When the life began; instants in ms since 1970. */
  readonly born: number
  /** Nothing later is known; undefined: all is. */
  readonly at: number | undefined
}

/** A property was set. Values as they are stored; undefined where only who and when are left. */
export interface Setting {
  readonly at: number
  /** Its place in the journal; undefined where it was not recorded, and then nothing else is of who. */
  readonly seq: number | undefined
  readonly actor: string | undefined
  readonly cause: string | undefined
  /** The version that the thing came to have. */
  readonly version: number
  /** DTMI of the thing's own model then. */
  readonly model: string
  readonly before?: unknown
  readonly after?: unknown
}

/** What a store knows of one property. */
export interface StoredSettings {
  /** Updates whose patch may name the property, the latest first, at most as many as were asked for. */
  readonly updates: readonly (Setting & { readonly patch: string })[]
  /** The beginning of the life, with the value that the property had then; undefined where that is not known any more, as is its value where history is forgotten. */
  readonly birth: Setting | undefined
  /** The last setting among those of which only who and when are left. */
  readonly rest: Setting | undefined
  /** The property's value at the end of what is known. */
  readonly value: unknown
}

export interface SettingsStore {
  /**
   * One answer for each property: updates later than `after` (exclusive), up to `until` (inclusive). Updates may be more than those of the property.
   * `past`: the earliest instant whose history is kept.
   */
  read(asked: readonly (PropertyOf & { readonly after: number; readonly until: number })[], limit: number, signal?: AbortSignal): Promise<{ readonly found: readonly StoredSettings[]; readonly past: number | undefined }>
}

export interface HistoryPage {
  /** The latest first. */
  readonly settings: readonly Setting[]
  readonly hasMore: boolean
  /** Settings up to this instant are forgotten; undefined: none is. */
  readonly forgottenUntil: number | undefined
}

export interface PageOptions {
  readonly first: number
  /** Only settings at or after it, and before it. */
  readonly from: number
  readonly to: number
  readonly signal?: AbortSignal | undefined
}

/** Who set properties, when, from what and to what. */
export interface PropertyHistory {
  /** The last setting of each; undefined where nobody set it. */
  last(asked: readonly PropertyOf[], signal?: AbortSignal): Promise<readonly (Setting | undefined)[]>
  /** Of each, one page of its settings. */
  page(asked: readonly PropertyOf[], options: PageOptions): Promise<readonly HistoryPage[]>
  /** The value of each, as it is stored, at the end of what is known. */
  values(asked: readonly PropertyOf[], signal?: AbortSignal): Promise<readonly unknown[]>
}

/** Looked at in one go where a patch names the property, but not at its top. */
const leastAtOnce = 20

export function createPropertyHistory(store: SettingsStore): PropertyHistory {
  /** Asks until each has as many settings as are wanted, or there are no more. */
  const settings = async (asked: readonly PropertyOf[], wanted: number, { from, to, signal }: Omit<PageOptions, 'first'>): Promise<readonly Found[]> => {
    const found = asked.map((property): Found => ({ property, until: Math.min(to - 1, property.at ?? Infinity), settings: [], isDone: false }))
    const limit = Math.max(wanted, leastAtOnce)
    for (let open = found; open.length > 0; open = open.filter(({ isDone }) => !isDone)) {
      const answer = await store.read(open.map(({ property, until }) => ({ ...property, until: finite(until), after: finite(from - 1) })), limit, signal)
      for (const [index, each] of open.entries()) {
        const stored = answer.found[index]
        if (!stored) throw new Error('The store left out a property that was asked for.')
        each.stored ??= stored
        each.past = answer.past
        each.settings.push(...stored.updates.filter(({ patch }) => namesSet(patch).includes(each.property.name)))
        each.until = (stored.updates.at(-1)?.at ?? 0) - 1
        each.isDone = stored.updates.length < limit || each.settings.length >= wanted
      }
    }
    return found
  }
  return {
    async last(asked, signal) {
      const found = await settings(asked, 1, { from: -Infinity, to: Infinity, signal })
      return found.map(({ settings: [update], stored }) => update ?? stored?.rest ?? (stored?.value === null || stored?.value === undefined ? undefined : stored.birth))
    },
    async page(asked, { first, ...options }) {
      const found = await settings(asked, first + 1, options)
      return found.map((each) => {
        const all = [...each.settings, ...birthOf(each, options)]
        return { settings: all.slice(0, first), hasMore: all.length > first, forgottenUntil: each.past !== undefined && each.property.born <= each.past ? each.past : undefined }
      })
    },
    async values(asked, signal) {
      const { found } = await store.read(asked.map((property) => ({ ...property, after: finite(Infinity), until: finite(property.at ?? Infinity) })), 1, signal)
      return found.map(({ value }) => value)
    },
  }
}

interface Found {
  readonly property: PropertyOf
  until: number
  readonly settings: Setting[]
  stored?: StoredSettings
  past?: number | undefined
  isDone: boolean
}

/** A life's beginning is a setting where it gave the property a value, and that is still known. */
function birthOf({ property: { born, at = Infinity }, stored, past }: Found, { from, to }: Pick<PageOptions, 'from' | 'to'>): readonly Setting[] {
  const { birth } = stored ?? {}
  const isKnown = birth?.after !== null && birth?.after !== undefined && (past === undefined || born > past)
  return isKnown && born >= from && born < to && born <= at ? [birth] : []
}

const finite = (at: number): number => Math.max(-8.64e15, Math.min(8.64e15, at))
