import type { IResolvers } from '@graphql-tools/utils'
import type { DiffKind, RelationshipDiff, TwinDiff } from '../src/diff/compare.ts'
import type { Compared, DiffArguments } from '../src/diff/diff-service.ts'
import type { DiffPage, RelationshipPlace } from '../src/diff/diff.ts'
import { failure } from '../src/errors.ts'
import type { Context } from '../src/graphql/context.ts'
import { toPageInfo } from '../src/graphql/page-info.ts'

interface PageArguments {
  readonly kinds?: readonly DiffKind[] | null
  readonly first?: number | null
  readonly after?: string | null
}

export const diffResolvers: IResolvers<unknown, Context> = {
  Query: {
    diff: (_, args: DiffArguments, { services, signal }: Context) => services.diff.compare(args, signal),
  },
  Diff: {
    from: ({ from }: Compared) => toInstant(from),
    to: ({ to }: Compared) => toInstant(to),
    scenario: ({ scenario }: Compared) => scenario ?? null,
    async twins(diff: Compared, args: PageArguments, { signal }: Context) {
      const after = typeof args.after === 'string' ? fromPlace(args.after, 1)[0] : undefined
      const page = await diff.twins({ ...optionsOf(args), after, signal })
      return toConnection(page, args, ({ id }: TwinDiff) => [id], () => diff.countTwins(signal))
    },
    async relationships(diff: Compared, args: PageArguments, { signal }: Context) {
      const after = typeof args.after === 'string' ? toRelationshipPlace(fromPlace(args.after, 4)) : undefined
      const page = await diff.relationships({ ...optionsOf(args), after, signal })
      return toConnection(page, args, ({ from, name, id, kind }: RelationshipDiff) => [from, name, id, kind], () => diff.countRelationships(signal))
    },
  },
}

const optionsOf = ({ kinds, first }: PageArguments): { readonly first: number; readonly kinds: readonly DiffKind[] | undefined } => ({ first: first ?? 100, kinds: kinds ?? undefined })

/** `counts` is called where it is selected. */
function toConnection<Item>({ items, hasMore }: DiffPage<Item>, { after }: PageArguments, placeOf: (item: Item) => readonly string[], counts: () => unknown): unknown {
  const edges = items.map((node) => ({ cursor: toPlace(placeOf(node)), node }))
  return { edges, counts, pageInfo: toPageInfo(edges, hasMore, after) }
}

const toInstant = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString())

const toPlace = (parts: readonly string[]): string => Buffer.from(`d1:${JSON.stringify(parts)}`).toString('base64url')

function fromPlace(cursor: string, length: number): readonly string[] {
  const parts = parsed(/^d1:(\[.*\])$/s.exec(Buffer.from(cursor, 'base64url').toString())?.[1])
  if (!Array.isArray(parts) || parts.length !== length || !parts.every((part) => typeof part === 'string')) {
    throw failure('BAD_USER_INPUT', { message: 'after is no cursor of this list. Give back the endCursor of the page before.' })
  }
  return parts
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined // nobody's cursor
  }
}

const toRelationshipPlace = ([from = '', name = '', id = '', kind = '']: readonly string[]): RelationshipPlace =>
  ({ from, name, id, kind: kind === 'ADDED' || kind === 'REMOVED' ? kind : 'CHANGED' })
