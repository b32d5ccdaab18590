import { LinkProperty, LinkType, type Project, PumpStateType } from 'epanet-js'
import type { BaseState } from './base-state.ts'

/** Whether a link is open, and how it is set; NaN: it is not. */
export interface LinkState {
  readonly isOpen: boolean
  readonly setting: number
}

/** Opens and shuts links, by their place in the input. */
export interface Links {
  /** Now. */
  open(link: number): void
  shut(link: number): void
  set(link: number, setting: number): void
  state(link: number): LinkState
  restore(link: number, state: LinkState): void
  /** At the next beginning. */
  begin(link: number, isOpen: boolean): void
  /** Whether its controls act. */
  control(link: number, isOn: boolean): void
  /** How it is set from now on when it is opened, also by its controls. */
  adjust(link: number, setting: number): void
  /** As it is set when it is open. */
  readonly settings: Float64Array
}

/** A control that opens a pump and says no speed. */
const fullSpeed = 1

export function createLinks(project: Project, { index, settings: base, controls }: BaseState): Links {
  const settings = base.slice()
  const at = (link: number): number => index[link] ?? 0
  const get = (link: number, property: number): number => project.getLinkValue(at(link), property)
  const isPump = (link: number): boolean => project.getLinkType(at(link)) === LinkType.Pump
  const put = (link: number, isOpen: boolean, status: number, setting: number, value = settings[link] ?? Number.NaN): void => {
    project.setLinkValue(at(link), status, isOpen ? 1 : 0)
    if (isOpen && !Number.isNaN(value)) project.setLinkValue(at(link), setting, value) // opening alone makes a pump's speed 1, and a valve one that regulates nothing
  }
  return {
    settings,
    open: (link) => { put(link, true, LinkProperty.Status, LinkProperty.Setting) },
    shut: (link) => { put(link, false, LinkProperty.Status, LinkProperty.Setting) },
    set: (link, setting) => { project.setLinkValue(at(link), LinkProperty.Setting, setting) },
    state(link) {
      const type = project.getLinkType(at(link))
      const setting = type >= LinkType.Pump && type !== LinkType.GPV ? get(link, LinkProperty.Setting) || Number.NaN : Number.NaN
      const isHeldBack = (type === LinkType.PRV || type === LinkType.PSV) && !Number.isNaN(setting) // by the pressures, for now
      return { isOpen: isHeldBack || get(link, LinkProperty.PumpState) !== PumpStateType.PumpClosed, setting } // of all links, and without what holds one up for now
    },
    restore: (link, { isOpen, setting }) => { put(link, isOpen, LinkProperty.Status, LinkProperty.Setting, setting) },
    begin: (link, isOpen) => { put(link, isOpen, LinkProperty.InitStatus, LinkProperty.InitSetting) },
    control: (link, isOn) => { for (const { element, index: control } of controls) if (element === link) project.setControlEnabled(control, isOn ? 1 : 0) },
    adjust(link, value) {
      const before = base[link]
      const isAsBefore = Object.is(value, before)
      settings[link] = value
      for (const { element, index: control, type, linkIndex, setting, nodeIndex, level } of controls) {
        if (element === link && (setting === before || (setting === fullSpeed && isPump(link)))) project.setControl(control, type, linkIndex, isAsBefore ? setting : value, nodeIndex, level)
      }
    },
  }
}
