import { nearest } from '../../util/nearest.ts'
import type { Findings } from '../findings.ts'

/** Whoever has so many names wrong has the wrong list: and each hint is a comparison with all names there are. */
const mostHints = 20

/** `Is pump-3 meant?`, after a blank; '' where nothing is like it. */
export function hint({ issues }: Pick<Findings, 'issues'>, name: string, candidates: Iterable<string>): string {
  const near = issues.length < mostHints ? nearest(name, candidates) : undefined
  return near === undefined ? '' : ` Is ${near} meant?`
}
