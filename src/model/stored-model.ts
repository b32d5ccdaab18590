import { parseDtmi } from './dtmi.ts'
import type { Dtmi, InterfaceModel, LanguageMap } from './model.ts'
import type { NewModel, StoredModel } from './model-store.ts'
import { parseModels } from './parse-models.ts'
import type { PublishedModel } from './registry.ts'

export function toNewModel({ model, names }: PublishedModel): NewModel {
  const { version } = parseDtmi(model.id)
  return {
    dtmi: model.id,
    document: JSON.stringify(model.document),
    names,
    displayName: inEnglish(model.displayName),
    description: inEnglish(model.description),
    version: version === '' ? undefined : version,
    extends: model.extends,
    components: [...new Set(model.contents.flatMap((content) => (content.kind === 'Component' ? [content.schema] : [])))],
  }
}

/** The English text, else that of the language that comes first. */
const inEnglish = (texts: LanguageMap): string | undefined => texts.get('en') ?? texts.values().next().value

/**
 * The models again, from their documents: these are the truth, so that no second form of a model can grow old beside it.
 * `known`: models that were read before and need not be read again; a published document never changes.
 */
export function fromStored(stored: readonly StoredModel[], known: (id: Dtmi) => InterfaceModel | undefined = () => undefined): readonly PublishedModel[] {
  const unread = stored.filter(({ dtmi }) => !known(dtmi))
  const parsed = parseModels(unread.map(({ document }) => document), { known })
  if (!parsed.ok) throw new Error(`Stored models are not valid: ${parsed.problems.slice(0, 3).map(({ document, message }) => `${unread[document ?? -1]?.dtmi ?? 'a model'}: ${message}`).join(' ')}`)
  const read = new Map(parsed.models.map((model) => [model.id, model]))
  return stored.map(({ dtmi, document: _, ...rest }) => {
    const model = known(dtmi) ?? read.get(dtmi)
    if (!model) throw new Error(`The stored document of ${dtmi} holds another model.`)
    return { ...rest, model }
  })
}
