/** What is measured in C-Town: every hour the levels of tanks, the flow and state of pumps and one valve, and the pressure before and behind them. */
export const tanks = ['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7'] as const
export const links = ['PU1', 'PU2', 'PU3', 'PU4', 'PU5', 'PU6', 'PU7', 'PU8', 'PU9', 'PU10', 'PU11', 'V2'] as const
export const junctions = ['J280', 'J269', 'J300', 'J256', 'J289', 'J415', 'J302', 'J306', 'J307', 'J317', 'J14', 'J422'] as const

export type Tank = (typeof tanks)[number]
export type Link = (typeof links)[number]
export type Junction = (typeof junctions)[number]

/** Opened below a level of the tank, shut above another one. */
export interface Rule {
  readonly link: Link
  readonly tank: Tank
  readonly startBelow: number
  readonly stopAbove: number
}

/** [CONTROLS] of the network's input file. */
export const rules: readonly Rule[] = [
  { link: 'PU1', tank: 'T1', startBelow: 4, stopAbove: 6.3 },
  { link: 'PU2', tank: 'T1', startBelow: 1, stopAbove: 4.5 },
  { link: 'PU4', tank: 'T3', startBelow: 3, stopAbove: 5.3 },
  { link: 'PU5', tank: 'T3', startBelow: 1, stopAbove: 3.5 },
  { link: 'PU6', tank: 'T4', startBelow: 2, stopAbove: 3.5 },
  { link: 'PU7', tank: 'T4', startBelow: 3, stopAbove: 4.5 },
  { link: 'PU8', tank: 'T5', startBelow: 1.5, stopAbove: 4 },
  { link: 'PU10', tank: 'T7', startBelow: 2.5, stopAbove: 4.8 },
  { link: 'PU11', tank: 'T7', startBelow: 1, stopAbove: 3 },
  { link: 'V2', tank: 'T2', startBelow: 0.5, stopAbove: 5.5 },
]

/** Pumps that stand by: nothing switches them. */
export const idle: readonly Link[] = links.filter((link) => !rules.some((rule) => rule.link === link))

/** The twin of an element. */
export const twinOf = (element: Tank | Link | Junction): string => `ctown-${element.toLowerCase()}`
export const site = 'ctown'
