import type { HydraulicNetwork } from '../input.ts'

/** The network as an EPANET input file (EPANET 2.2 User Manual, appendix C). Numbers have all their digits: they are read back as they were. */
export function writeInp(network: HydraulicNetwork): string {
  const { junctions, reservoirs, tanks, pipes, pumps, valves, patterns, curves, controls } = network
  return [
    ...section('JUNCTIONS', junctions.map(({ id, elevation, demand, pattern }) => [id, elevation, demand, ...(pattern === null ? [] : [pattern])])),
    ...section('RESERVOIRS', reservoirs.map(({ id, head }) => [id, head])),
    ...section('TANKS', tanks.map(({ id, elevation, initialLevel, minLevel, maxLevel, diameter }) => [id, elevation, initialLevel, minLevel, maxLevel, diameter, 0])),
    ...section('PIPES', pipes.map(({ id, node1, node2, length, diameter, roughness, minorLoss, hasCheckValve, isOpen }) => [id, node1, node2, length, diameter, roughness, minorLoss, isOpen ? (hasCheckValve ? 'CV' : 'OPEN') : 'CLOSED'])),
    ...section('PUMPS', pumps.map(({ id, node1, node2, curve, speed }) => [id, node1, node2, 'HEAD', curve, 'SPEED', speed])),
    ...section('VALVES', valves.map(({ id, node1, node2, diameter, function: kind, setting, minorLoss }) => [id, node1, node2, diameter, kind, setting, minorLoss])),
    ...section('STATUS', [...pumps, ...valves].filter(({ isOpen }) => !isOpen).map(({ id }) => [id, 'CLOSED'])),
    ...section('PATTERNS', patterns.flatMap(({ id, values }) => portions(values, 8).map((some) => [id, ...some]))),
    ...section('CURVES', [...curves.flatMap(({ id, points }) => points.map((point) => [id, ...point])), ...pumps.map(({ efficiency }, index) => [`_efficiency${index}`, 1, efficiency])]),
    ...section('ENERGY', pumps.map(({ id }, index) => ['PUMP', id, 'EFFICIENCY', `_efficiency${index}`])),
    ...section('CONTROLS', controls.map(({ link, isOpen, setting, node, when, value }) => ['LINK', link, setting ?? (isOpen ? 'OPEN' : 'CLOSED'), 'IF NODE', node, when, value])),
    ...section('OPTIONS', [['UNITS', 'LPS'], ['HEADLOSS', 'H-W'], ['UNBALANCED', 'CONTINUE', 10]]),
    ...section('TIMES', [['PATTERN TIMESTEP', '1:00'], ['HYDRAULIC TIMESTEP', '0:15'], ['QUALITY TIMESTEP', '0:05']]),
    '[END]', '',
  ].join('\n')
}

const section = (name: string, rows: readonly (readonly (string | number)[])[]): readonly string[] => (rows.length === 0 ? [] : [`[${name}]`, ...rows.map((row) => row.join(' ')), ''])

const portions = <T>(values: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size))
