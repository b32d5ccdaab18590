import { canonicalJson } from '../../model/canonical-json.ts'
import { sha256 } from '../../util/sha256.ts'
import type { FeatureSpec } from '../feature.ts'

/** SHA-256 over features: equal ones read equal numbers of equal twins. */
export const createFeatureSpecsHash = (specs: readonly FeatureSpec[]): string => sha256(canonicalJson(specs))
