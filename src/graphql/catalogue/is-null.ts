type Where = Readonly<Record<string, unknown>>

/**
 * `isNull`, which the domain's filters have and the library's do not, in the library's words: `{ f: { isNull: true } }` is `{ f: { eq: null } }`,
 * false is its NOT. Filters of a name are one type in both halves of the API, so they must take the same operators.
 */
export function withoutIsNull(where: unknown): unknown {
  if (Array.isArray(where)) return where.map(withoutIsNull)
  if (typeof where !== 'object' || where === null) return where
  const rest: Record<string, unknown> = {}
  const conditions: Where[] = []
  for (const [name, value] of Object.entries(where)) {
    if (!hasIsNull(value)) {
      rest[name] = withoutIsNull(value)
      continue
    }
    const { isNull, ...others } = value
    if (Object.keys(others).length > 0) rest[name] = others
    if (typeof isNull === 'boolean') conditions.push(isNull ? { [name]: { eq: null } } : { NOT: { [name]: { eq: null } } })
  }
  if (conditions.length === 0) return rest
  return { ...rest, AND: [...(Array.isArray(rest['AND']) ? rest['AND'] as readonly unknown[] : []), ...conditions] }
}

const hasIsNull = (value: unknown): value is { readonly isNull: unknown } => typeof value === 'object' && value !== null && 'isNull' in value
