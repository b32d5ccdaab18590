import { LinkProperty, type Project } from 'epanet-js'
import type { BaseState } from './base-state.ts'

/** Opens and shuts links, by their place in the input. */
export interface Links {
  /** Now. */
  open(link: number): void
  shut(link: number): void
  isOpen(link: number): boolean
  set(link: number, setting: number): void
  /** At the next beginning. */
  begin(link: number, isOpen: boolean): void
  /** Whether its controls act. */
  control(link: number, isOn: boolean): void
  /** As it is set when it is open. */
  readonly settings: Float64Array
}

export function createLinks(project: Project, { index, settings: base, controls }: BaseState): Links {
  const settings = base.slice()
  const at = (link: number): number => index[link] ?? 0
  const put = (link: number, isOpen: boolean, status: number, setting: number): void => {
    project.setLinkValue(at(link), status, isOpen ? 1 : 0)
    const value = settings[link] ?? Number.NaN
    if (isOpen && !Number.isNaN(value)) project.setLinkValue(at(link), setting, value) // opening alone makes a pump's speed 1, and a valve one that regulates nothing
  }
  return {
    settings,
    open: (link) => { put(link, true, LinkProperty.Status, LinkProperty.Setting) },
    shut: (link) => { put(link, false, LinkProperty.Status, LinkProperty.Setting) },
    isOpen: (link) => project.getLinkValue(at(link), LinkProperty.Status) > 0,
    set: (link, setting) => { project.setLinkValue(at(link), LinkProperty.Setting, setting) },
    begin: (link, isOpen) => { put(link, isOpen, LinkProperty.InitStatus, LinkProperty.InitSetting) },
    control: (link, isOn) => { for (const { element, index: control } of controls) if (element === link) project.setControlEnabled(control, isOn ? 1 : 0) },
  }
}
