import { CountType, LinkProperty, NodeProperty, Option, type Project } from 'epanet-js'
import type { EpanetInput } from '../../simulation/epanet/input.ts'
import { newer } from './toolkit.ts'

/** What the model says before anything is set; of elements by their place in the input. */
export interface BaseState {
  /** The toolkit's numbers of the elements, from 1. */
  readonly index: Int32Array
  readonly emitters: Float64Array
  readonly roughness: Float64Array
  readonly minorLoss: Float64Array
  /** Of links: whether they are open at the start, and how they are set when they are. NaN: nothing is set. */
  readonly isOpen: Uint8Array
  readonly settings: Float64Array
  /** Base demands by category, of junctions that interventions change. */
  readonly demands: ReadonlyMap<number, readonly number[]>
  readonly demandMultiplier: number
  /** Whether demands are met by the pressure. */
  readonly isPda: boolean
  readonly controls: readonly (ReturnType<Project['getControl']> & { readonly index: number; readonly element: number })[]
  /** Whether anything leaks. */
  readonly leaks: boolean
}

export function readBaseState(project: Project, { elements, interventions }: EpanetInput): BaseState {
  const index = Int32Array.from(elements, ({ kind, id }) => (kind === 'node' ? project.getNodeIndex(id) : project.getLinkIndex(id)))
  const [emitter, roughness, loss, status, setting, area] = [
    project.getNodeValues(NodeProperty.Emitter), project.getLinkValues(LinkProperty.Roughness), project.getLinkValues(LinkProperty.MinorLoss),
    project.getLinkValues(LinkProperty.InitStatus), project.getLinkValues(LinkProperty.InitSetting), project.getLinkValues(newer.leakArea),
  ]
  const of = (kind: 'node' | 'link', values: readonly number[]): Float64Array => Float64Array.from(elements, (element, at) => (element.kind === kind ? values[(index[at] ?? 0) - 1] ?? Number.NaN : Number.NaN))
  const isOpen = Uint8Array.from(of('link', status), (value) => (value > 0 ? 1 : 0))
  const set = of('link', setting)
  const byLink = new Map(elements.flatMap(({ kind }, at) => (kind === 'link' ? [[index[at] ?? 0, at] as const] : [])))
  const controls = Array.from({ length: project.getCount(CountType.ControlCount) }, (_, at) => ({ ...project.getControl(at + 1), index: at + 1 }))
  return {
    index, emitters: of('node', emitter), roughness: of('link', roughness), minorLoss: of('link', loss), isOpen,
    // A shut valve has forgotten its setting; an open one without any stands open, whatever the pressure.
    settings: Float64Array.from(elements, ({ role, setting: known }, at) => (role === 'pump' || role === 'valve' ? isOpen[at] === 1 && set[at] !== 0 ? set[at] ?? Number.NaN : known ?? Number.NaN : Number.NaN)),
    demands: new Map(interventions.demands.map(({ node }) => [node, categories(project, index[node] ?? 0)])),
    demandMultiplier: project.getOption(Option.DemandMult), isPda: project.getDemandModel().type === 1,
    controls: controls.flatMap((control) => { const element = byLink.get(control.linkIndex); return element === undefined ? [] : [{ ...control, element }] }),
    leaks: emitter.some((value) => value !== 0) || area.some((value) => value !== 0) || interventions.leaks.length > 0,
  }
}

const categories = (project: Project, node: number): readonly number[] => Array.from({ length: project.getNumberOfDemands(node) }, (_, at) => project.getBaseDemand(node, at + 1))
