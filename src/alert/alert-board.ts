import { type Board, createBoard } from '../util/board.ts'
import type { AlertChange } from './alert-store.ts'

/** Where alerts are told of as they change, within this process. */
export type AlertBoard = Board<AlertChange>

const mostTold = 100_000

/** Of each alert every revision is told once, and in order, whether it is heard of here or from another process first. */
export function createAlertBoard(): AlertBoard {
  const board = createBoard<AlertChange>()
  const told = new Map<string, number>()
  const isNew = ({ alert: { id, revision } }: AlertChange): boolean => {
    if ((told.get(id) ?? 0) >= revision) return false
    told.delete(id)
    told.set(id, revision)
    return true
  }
  return {
    ...board,
    get listeners() { return board.listeners },
    tell(changes) {
      board.tell(changes.filter(isNew))
      for (const [id] of told) {
        if (told.size <= mostTold) break
        told.delete(id) // what is told of so old an alert again is told twice
      }
    },
  }
}
