import { type Board, createBoard } from '../util/board.ts'
import type { Run } from './run.ts'

/** Where runs are told of as they change, within this process. */
export type RunBoard = Board<Run>

export const createRunBoard = (): RunBoard => createBoard()
