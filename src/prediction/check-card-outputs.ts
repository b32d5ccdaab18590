import type { Content } from '../model/model.ts'
import type { Registry } from '../model/registry.ts'
import { seriesKind } from '../telemetry/series-kind.ts'
import { areCommensurable } from '../telemetry/unit/convert-unit.ts'
import { formatDuration } from '../telemetry/duration.ts'
import type { CardFacts } from './check-card.ts'
import { type CardProblems, isName, meant, nameRule, repeats, shapeText, shown } from './card-problems.ts'
import { widthOf } from './feature.ts'
import type { ModelCard, OutputSpec } from './model-card.ts'
import type { TensorSignature } from './tensor.ts'

/** Outputs by themselves, among each other, against the model's tensors, and against the telemetry they predict. */
export function checkOutputs(card: ModelCard, { signature, registry }: CardFacts, problems: CardProblems): void {
  const { wrong } = problems
  const { outputs } = card
  for (const { name, at } of repeats(outputs.map(({ name }) => name))) wrong('DUPLICATE_ITEM', ['outputs', at, 'name'], `There are two outputs of the name ${shown(name)}.`)
  for (const { at } of repeats(outputs.map(placeOf))) wrong('DUPLICATE_ITEM', ['outputs', at, 'telemetry'], `Another output is about ${shown(outputs[at]?.telemetry ?? '')} at the same horizon, ${formatDuration(outputs[at]?.horizon ?? 0)}.`)
  if (outputs.length > 0 && !outputs.some(({ role }) => role === 'VALUE')) wrong('UNKNOWN_OUTPUT', ['outputs'], 'No output has the role VALUE, so that nothing would be predicted.')
  for (const [at, output] of outputs.entries()) {
    const say: Say = (code, field, message) => { wrong(code, ['outputs', at, field], message) }
    if (!isName(output.name)) say('INVALID_NAME', 'name', `${shown(output.name)} cannot be the name of an output. ${nameRule}`)
    checkRole(output, at, card, say)
    checkUnit(output, card, registry, say)
    checkInterval(output, card, say)
    checkLevel(output, card, say)
    if (signature?.outputs) checkTensor(output, card, signature.outputs, say)
  }
}

type Say = (code: Parameters<CardProblems['wrong']>[0], field: keyof OutputSpec, message: string) => void

/** What may be said once: of each telemetry and horizon; outputs that are no telemetry have a series of their own. */
const placeOf = ({ name, role, telemetry, horizon }: OutputSpec): string => JSON.stringify(role === 'VALUE' && telemetry !== undefined ? [telemetry, horizon] : [name])

function checkRole({ role, of, telemetry }: OutputSpec, at: number, { outputs }: ModelCard, say: Say): void {
  if (role === 'VALUE') {
    if (of !== undefined) say('UNKNOWN_OUTPUT', 'of', 'A VALUE is of no other output: leave `of` out, or give the role LOWER, UPPER or CONTRIBUTIONS.')
    return
  }
  const values = outputs.filter((each) => each.role === 'VALUE').map(({ name }) => name)
  if (of === undefined) say('UNKNOWN_OUTPUT', 'of', `${role} is of a VALUE: name it in \`of\`.${meant('', values)}`)
  else if (!values.includes(of)) say('UNKNOWN_OUTPUT', 'of', `The card has no VALUE of the name ${shown(of)}.${meant(of, values)}`)
  else {
    const first = outputs.findIndex((each) => each.role === role && each.of === of)
    if (first < at) say('DUPLICATE_ITEM', 'role', `${shown(outputs[first]?.name ?? '')} is the ${role} of ${shown(of)} already.`)
    const other = { LOWER: 'UPPER', UPPER: 'LOWER', CONTRIBUTIONS: undefined }[role]
    if (other !== undefined && !outputs.some((each) => each.role === other && each.of === of)) say('UNKNOWN_OUTPUT', 'role', `${shown(of)} has a ${role} bound and no ${other}. Give both.`)
  }
  if (telemetry !== undefined) say('UNKNOWN_TELEMETRY', 'telemetry', `What telemetry ${role} belongs to is said by the VALUE it is of: leave it out.`)
}

function checkUnit({ name, role, telemetry, unit, of }: OutputSpec, card: ModelCard, registry: CardFacts['registry'], say: Say): void {
  if (unit !== undefined && !areCommensurable(unit, unit)) {
    say('WRONG_UNIT', 'unit', `${shown(unit)} is no unit of DTDL.`)
    return
  }
  const value = card.outputs.find((each) => each.role === 'VALUE' && each.name === of)
  if (role !== 'VALUE' && unit !== undefined && value && unit !== value.unit) say('WRONG_UNIT', 'unit', `${role} is in the unit of the VALUE it is of, ${value.unit ?? 'which has none'}.`)
  if (role !== 'VALUE' || telemetry === undefined || card.model === undefined || !registry.get(card.model)) return
  const content = contentOf(registry, card.model, telemetry)
  if (content?.kind !== 'Telemetry') {
    say('UNKNOWN_TELEMETRY', 'telemetry', `${card.model} has no telemetry ${shown(telemetry)}.${meant(telemetry, telemetryOf(registry, card.model))}`)
    return
  }
  const kind = seriesKind(content.schema)
  if (kind === 'text' || kind === 'json') say('WRONG_TYPE', 'telemetry', `Predictors give numbers, and ${shown(telemetry)} of ${card.model} is none.`)
  if (unit !== undefined && content.unit !== undefined && !areCommensurable(unit, content.unit)) say('WRONG_UNIT', 'unit', `${name} is in ${unit}, which cannot be converted into ${content.unit}, the unit of ${telemetry}.`)
}

/** Of a component's, `component.name`. */
function contentOf(registry: Pick<Registry, 'get'>, model: string, name: string): Content | undefined {
  const dot = name.indexOf('.')
  const contents = registry.get(model)?.contents
  if (dot < 0) return contents?.get(name)
  const component = contents?.get(name.slice(0, dot))
  return component?.kind === 'Component' ? registry.get(component.schema)?.contents.get(name.slice(dot + 1)) : undefined
}

const telemetryOf = (registry: Pick<Registry, 'get'>, model: string): readonly string[] => [...registry.get(model)?.contents.values() ?? []].flatMap((content) => {
  if (content.kind !== 'Component') return content.kind === 'Telemetry' ? [content.name] : []
  return [...registry.get(content.schema)?.contents.values() ?? []].flatMap((inner) => (inner.kind === 'Telemetry' ? [`${content.name}.${inner.name}`] : []))
})

function checkInterval({ name, role, interval }: OutputSpec, { outputs }: ModelCard, say: Say): void {
  if (!interval) return
  const { level, lower, upper } = interval
  if (role !== 'VALUE') say('UNKNOWN_OUTPUT', 'interval', 'Only a VALUE has an interval.')
  else if (hasBounds(outputs, name)) say('DUPLICATE_ITEM', 'interval', `${shown(name)} has bounds that the model gives. Leave out those outputs, or the interval.`)
  if (!isProbability(level)) say('OUT_OF_BOUNDS', 'interval', `The level of an interval lies between 0 and 1, such as 0.9, not ${level}.`)
  if (!(Number.isFinite(lower) && Number.isFinite(upper) && lower <= upper)) say('OUT_OF_BOUNDS', 'interval', `An interval is from value + lower to value + upper, with lower <= upper, not ${lower} and ${upper}.`)
}

function checkLevel({ name, role, level }: OutputSpec, { outputs }: ModelCard, say: Say): void {
  if (level === undefined) return
  if (role !== 'VALUE') say('UNKNOWN_OUTPUT', 'level', 'The level of bounds is said by the VALUE that they are of: give it there.')
  else if (!hasBounds(outputs, name)) say('UNKNOWN_OUTPUT', 'level', `${shown(name)} has no outputs with the roles LOWER and UPPER that a level could be of. The level of a card's own interval is said in \`interval\`.`)
  if (!isProbability(level)) say('OUT_OF_BOUNDS', 'level', `The level of bounds lies between 0 and 1, such as 0.9, not ${level}.`)
}

const hasBounds = (outputs: readonly OutputSpec[], value: string): boolean => outputs.some(({ role, of }) => of === value && (role === 'LOWER' || role === 'UPPER'))

const isProbability = (level: number): boolean => level > 0 && level < 1

function checkTensor({ name, tensor, column, role }: OutputSpec, card: ModelCard, tensors: readonly TensorSignature[], say: Say): void {
  const found = tensors.find((each) => each.name === tensor)
  if (!found) {
    say('UNKNOWN_TENSOR', 'tensor', `The model gives no tensor ${shown(tensor)}.${meant(tensor, tensors.map((each) => each.name))}`)
    return
  }
  if (column < 0) say('WRONG_SHAPE', 'column', `Columns are counted from 0, and ${column} is none.`)
  const width = widthOfRow(found)
  if (width === undefined) return
  const wanted = numbersOfFirstInput(card)
  if (role === 'CONTRIBUTIONS') {
    if (width !== wanted) say('WRONG_SHAPE', 'tensor', `${shown(name)} says how much each number of the first input contributes: ${wanted} numbers a row, and ${shown(tensor)} ${shapeText(found.shape ?? [])} gives ${width}.`)
  } else if (column >= width) say('WRONG_SHAPE', 'column', `${shown(name)} is column ${column} of ${shown(tensor)} ${shapeText(found.shape ?? [])}, which has ${width === 1 ? 'one, 0' : `${width}, from 0 to ${width - 1}`}.`)
}

/** Numbers of one row; undefined where the model leaves that open. */
function widthOfRow({ shape }: TensorSignature): number | undefined {
  if (!shape) return undefined
  const sizes = shape.slice(1)
  return sizes.some((size) => size < 0) ? undefined : sizes.reduce((product, size) => product * size, 1)
}

const numbersOfFirstInput = ({ inputs, features }: ModelCard): number =>
  (inputs[0]?.features ?? []).reduce((sum, name) => sum + widthOf(features.find((each) => each.name === name) ?? noFeature), 0)

/** What is missing is told apart. */
const noFeature = { of: { kind: 'calendar', part: 'HOUR_OF_DAY' } } as Parameters<typeof widthOf>[0]
