import type { Project } from 'epanet-js'
import { EngineError } from '../../simulation/engine-program.ts'

/** Values of the present solution, by the toolkit's indices and codes. */
export interface Values {
  node(index: number, code: number): number
  link(index: number, code: number): number
  /** Of all nodes, the first at 0; overwritten when they are asked for again. */
  nodes(code: number): Float64Array
  links(code: number): Float64Array
  close(): void
}

/** The toolkit behind epanet-js 0.9, whose own getters check their arguments at each call, and make a list of each array: ten times the work. */
interface Toolkit {
  readonly HEAPF64: Float64Array
  _malloc(bytes: number): number
  _free(pointer: number): void
  _EN_getnodevalue(project: number, index: number, code: number, pointer: number): number
  _EN_getlinkvalue(project: number, index: number, code: number, pointer: number): number
  _EN_getnodevalues(project: number, code: number, pointer: number): number
  _EN_getlinkvalues(project: number, code: number, pointer: number): number
}

const bytes = Float64Array.BYTES_PER_ELEMENT

export function openValues(project: Project, counts: { readonly nodes: number; readonly links: number }): Values {
  const { _EN: toolkit, _projectHandle: handle } = project as unknown as { readonly _EN: Toolkit; readonly _projectHandle: number }
  const pointer = toolkit._malloc(Math.max(counts.nodes, counts.links, 1) * bytes)
  const [nodes, links] = [new Map<number, Float64Array>(), new Map<number, Float64Array>()]
  const copied = (known: Map<number, Float64Array>, code: number, count: number): Float64Array => {
    const values = known.get(code) ?? new Float64Array(count)
    known.set(code, values)
    values.set(toolkit.HEAPF64.subarray(pointer / bytes, pointer / bytes + count)) // asked for anew: when its memory grows, another lies there
    return values
  }
  return {
    node(index, code) {
      check(toolkit._EN_getnodevalue(handle, index, code, pointer))
      return toolkit.HEAPF64[pointer / bytes] ?? Number.NaN
    },
    link(index, code) {
      check(toolkit._EN_getlinkvalue(handle, index, code, pointer))
      return toolkit.HEAPF64[pointer / bytes] ?? Number.NaN
    },
    nodes(code) {
      check(toolkit._EN_getnodevalues(handle, code, pointer))
      return copied(nodes, code, counts.nodes)
    },
    links(code) {
      check(toolkit._EN_getlinkvalues(handle, code, pointer))
      return copied(links, code, counts.links)
    },
    close: () => { toolkit._free(pointer) },
  }
}

function check(code: number): void {
  if (code >= 100) throw new EngineError(`EPANET_${code}`, `EPANET did not give a value (error ${code}).`)
}
