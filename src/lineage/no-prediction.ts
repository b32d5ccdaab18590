import { failure } from '../errors.ts'
import { meant } from '../prediction/card-problems.ts'
import { boundName, driftMeasures } from '../prediction/prediction-series.ts'
import { seriesNameOf } from '../prediction/inference/plan-results.ts'
import type { Predictor } from '../prediction/predictor.ts'
import type { Ground } from './ground.ts'

/** Names that are looked through for one that may be meant. */
const mostNames = 1_000

interface Asked {
  readonly twin: string
  readonly series: string
}

/** Of a series that no predictor has said anything of: whether there is such a predictor, and what the one that is asked gives. */
export async function noPrediction({ predictors, signal }: Ground, { twin, series }: Asked): Promise<Error> {
  const name = /@([^@~]+)(?:~(?:lower|upper))?$/.exec(series)?.[1]
  const nothing = `No predictor has said anything of ${shown(series)} of ${shown(twin)} where you look.`
  if (name === undefined) return refused(nothing)
  const names = await predictors.names(mostNames)
  if (!names.includes(name)) return refused(`There is no predictor ${shown(name)}.${meant(name, names)}`)
  const head = await predictors.head(name, signal)
  const [active] = head ? await predictors.find([head.id], signal) : []
  if (!active || seriesOf(active).includes(series)) return refused(`${nothing} Ask ${name} of the twin first: startInference.`)
  return refused(`${nothing}${meant(series, seriesOf(active))}`)
}

/** Of what stands for a predictor in the place of a twin, `predictor:<id>`: whether there is such a predictor, and what of it is watched. */
export async function noDrift({ predictor: find, predictors }: Ground, { twin, series }: Asked): Promise<Error> {
  const id = twin.slice(twin.indexOf(':') + 1)
  const predictor = await find(id)
  if (!predictor) return refused(`There is no predictor ${shown(id)}.${meant(id.replace(/;\d+$/, ''), await predictors.names(mostNames))} Give an id such as "predictor:leak-detector;3".`)
  const watched = Object.keys(predictor.card.reference).flatMap((feature) => driftMeasures.map((measure) => `${measure}~${feature}`))
  if (watched.length === 0) return refused(`No drift of ${id} is watched: its card has no reference samples.`)
  return refused(watched.includes(series) ? `${shown(series)} of ${id} was not measured yet where you look.` : `Of ${id} no ${shown(series)} is watched.${meant(series, watched)}`)
}

const seriesOf = ({ card: { outputs }, name }: Predictor): readonly string[] =>
  outputs.flatMap((output) => (output.role === 'VALUE' ? [seriesNameOf(output, name), ...hasBounds(outputs, output) ? (['lower', 'upper'] as const).map((bound) => boundName(seriesNameOf(output, name), bound)) : []] : []))

const hasBounds = (outputs: Predictor['card']['outputs'], { name, interval }: Predictor['card']['outputs'][number]): boolean => interval !== undefined || outputs.some(({ role, of }) => role === 'LOWER' && of === name)

const refused = (message: string): Error => failure('BAD_USER_INPUT', { message })

const shown = (text: string): string => JSON.stringify(text.slice(0, 100))
