/** What the types, fields and arguments that @neo4j/graphql generates mean; it describes few of them itself. */
export function describeType(name: string): string {
  const [, of = '', kind = ''] = /^(.+?)(ScalarFilters|ListFilters|EnumScalarFilters|AggregateSelection|AggregateNode|Aggregate|Connection|Edge|Where|Sort|Filters)$/.exec(name) ?? []
  switch (kind) {
    case 'Where': return `Conditions on a ${of}; several are joined by AND.`
    case 'Sort': return `What to order ${of} items by; give one field in each, the first of the list counts most.`
    case 'EnumScalarFilters': case 'ScalarFilters': return `Conditions on a ${of.replace(/Enum$/, '')}; several are joined by AND.`
    case 'ListFilters': return `Conditions on a list of ${of}.`
    case 'Filters': return `Conditions on the ${of} at the other end.`
    case 'Connection': return `A page of ${of}.`
    case 'Edge': return `A ${of} and its place in the list.`
    case 'Aggregate': return `Figures over all ${of} items that the condition selects, whatever the page.`
    case 'AggregateNode': return `Figures of the fields of ${of}.`
    case 'AggregateSelection': return `Figures of ${of} values; null where there is none.`
    default: return plainTypes[name] ?? name
  }
}

const plainTypes: Readonly<Record<string, string>> = {
  Count: 'A number of items.',
  PageInfo: 'Where a page lies in its list.',
  SortDirection: 'Which end comes first.',
}

export function describeField(owner: string, name: string): string {
  if (owner === 'Query') return name.endsWith('Connection') ? `The ${name.slice(0, -'Connection'.length)}, a page at a time.` : `The ${name}. Without \`limit\`, everything up to 1,000; more is refused with LIST_TOO_LONG.`
  return fields[name] ?? (owner.endsWith('Where') ? `Conditions on ${name}.` : owner.endsWith('Sort') ? `By ${name}.` : owner.endsWith('AggregateNode') ? `Figures of ${name}.` : name)
}

const fields: Readonly<Record<string, string>> = {
  AND: 'All of these hold.', OR: 'At least one of these holds.', NOT: 'This does not hold.',
  eq: 'Equal; null: there is no value.', in: 'One of these.', contains: 'Has this within it.', startsWith: 'Begins with this.', endsWith: 'Ends with this.',
  lt: 'Less than.', lte: 'Less than or equal.', gt: 'Greater than.', gte: 'Greater than or equal.', includes: 'The list has this element.',
  isNull: 'true: only where there is no value; false: only where there is one.',
  some: 'At least one does.', all: 'There is one, and all do.', none: 'None does.', single: 'Exactly one does.',
  edges: 'The items of the page.', totalCount: 'How many there are in all pages.', pageInfo: 'Where the page lies in its list.', aggregate: 'Figures over all pages.',
  cursor: 'Give it as `after` to go on from here.', node: 'The item.', count: 'How many.', nodes: 'How many items.',
  min: 'The least.', max: 'The greatest.', average: 'The arithmetic mean.', sum: 'The sum.', shortest: 'The shortest.', longest: 'The longest.',
  hasNextPage: 'Whether there is more after this page.', hasPreviousPage: 'Whether there is more before this page.',
  startCursor: 'The cursor of the first item; null in an empty page.', endCursor: 'The cursor of the last item; null in an empty page.',
}

export function describeArgument(name: string): string {
  return args[name] ?? name
}

const args: Readonly<Record<string, string>> = {
  where: 'Only items that satisfy it.', sort: 'Their order.', limit: 'At most so many.', offset: 'Without the first so many.',
  first: 'Page size, at most 1,000.', after: 'The `endCursor` of the page before.',
}
