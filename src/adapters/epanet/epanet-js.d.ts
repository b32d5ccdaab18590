/** What Twinfold uses of epanet-js 0.9, whose own types cannot be resolved from ES modules. Indices count from 1; the codes are those of the EPANET toolkit. */
declare module 'epanet-js' {
  export class Workspace {
    readonly instance: unknown
    /** `20305`: 2.3.5. */
    readonly version: number
    loadModule(): Promise<void>
    writeFile(path: string, data: string | Uint8Array): void
    readFile(path: string): string
  }

  /** Every call throws an `Error` with the text `EPANET Error 203: …`. */
  export class Project {
    constructor(workspace: Workspace)
    open(input: string, report: string, output: string): void
    close(): void
    getCount(type: number): number
    setStatusReport(level: number): void
    setReport(command: string): void
    getNodeIndex(id: string): number
    getLinkIndex(id: string): number
    getNodeValue(node: number, property: number): number
    setNodeValue(node: number, property: number, value: number): void
    getLinkValue(link: number, property: number): number
    setLinkValue(link: number, property: number, value: number): void
    getNodeValues(property: number): number[]
    getLinkValues(property: number): number[]
    getLinkNodes(link: number): { readonly node1: number; readonly node2: number }
    getLinkType(link: number): number
    getNodeType(node: number): number
    getNumberOfDemands(node: number): number
    getBaseDemand(node: number, category: number): number
    setBaseDemand(node: number, category: number, value: number): void
    getDemandModel(): { readonly type: number }
    setDemandModel(type: number, minimum: number, required: number, exponent: number): void
    getControl(index: number): { readonly type: number; readonly linkIndex: number; readonly setting: number; readonly nodeIndex: number; readonly level: number }
    setControl(index: number, type: number, link: number, setting: number, node: number, level: number): void
    setControlEnabled(index: number, isEnabled: number): void
    setRuleEnabled(index: number, isEnabled: number): void
    getOption(option: number): number
    setOption(option: number, value: number): void
    getTimeParameter(parameter: number): number
    setTimeParameter(parameter: number, value: number): void
    setQualityType(type: number, chemical: string, units: string, traceNode: string): void
    openH(): void
    initH(option: number): void
    runH(): number
    nextH(): number
    closeH(): void
    openQ(): void
    initQ(option: number): void
    runQ(): number
    nextQ(): number
    closeQ(): void
  }

  export const NodeProperty: {
    readonly Elevation: 0; readonly Emitter: 3; readonly TankLevel: 8; readonly Demand: 9; readonly Head: 10; readonly Pressure: 11; readonly Quality: 12
    readonly MinLevel: 20; readonly MaxLevel: 21; readonly TankVolume: 24; readonly DemandDeficit: 27
  }
  export const LinkProperty: {
    readonly Diameter: 0; readonly Length: 1; readonly Roughness: 2; readonly MinorLoss: 3; readonly InitStatus: 4; readonly InitSetting: 5; readonly Flow: 8; readonly Velocity: 9
    readonly Headloss: 10; readonly Status: 11; readonly Setting: 12; readonly Energy: 13; readonly PumpState: 16
  }
  export const CountType: { readonly NodeCount: 0; readonly LinkCount: 2; readonly ControlCount: 5; readonly RuleCount: 6 }
  export const Option: { readonly Emitexpon: 3; readonly DemandMult: 4 }
  export const TimeParameter: {
    readonly Duration: 0; readonly HydStep: 1; readonly QualStep: 2; readonly PatternStart: 4; readonly ReportStep: 5; readonly ReportStart: 6; readonly StartTime: 10
  }
  export const InitHydOption: { readonly NoSave: 0; readonly InitFlow: 10 }
  export const QualityType: { readonly None: 0; readonly Age: 2; readonly Trace: 3 }
  export const PumpStateType: { readonly PumpXHead: 0; readonly PumpClosed: 2 }
  export const LinkType: { readonly Pump: 2; readonly PRV: 3; readonly PSV: 4; readonly GPV: 8 }
}
