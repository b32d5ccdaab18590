import type { FeatureRows } from '../features/bound-features.ts'

/** The same rows in portions of at most so many; nothing is copied. */
export function* cutRows({ twins, at, values, width }: FeatureRows, most: number): Generator<FeatureRows> {
  for (let start = 0; start < twins.length; start += most) {
    const end = Math.min(twins.length, start + most)
    yield { twins: twins.subarray(start, end), at: at.subarray(start, end), values: values.subarray(start * width, end * width), width }
  }
}
