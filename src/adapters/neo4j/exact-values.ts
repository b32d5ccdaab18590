/** The properties of models on `x`, whose names never begin with `_`, as pairs. Integers as text: a JavaScript number would round them beyond 2^53. */
export const exactValues = (x: string): string => `[p IN keys(${x}) WHERE NOT p STARTS WITH '_' | [p, CASE
      WHEN ${x}[p] IS :: INTEGER THEN toString(${x}[p])
      WHEN ${x}[p] IS :: LIST<INTEGER> THEN [item IN ${x}[p] | toString(item)]
      ELSE ${x}[p] END]]`

export type ValuePairs = readonly (readonly [name: string, value: unknown])[]
