/** Rows, and numbers of them, that are looked at of one run: enough to see a drift, and few beside what the model takes. */
const [mostRows, mostNumbers] = [10_000, 250_000]
/** Its multiples lie evenly in [0, 1), and in step with no season. */
const goldenSection = (Math.sqrt(5) - 1) / 2

/** Which rows of a run are looked at: all, or, of more than are needed, an even share. `rows`: how many there will be; undefined: it has no end, and shares are of portions. */
export function createRowChoice(rows: number | undefined, numbersOfRow: number): (portion: number) => readonly number[] {
  const most = Math.max(1, Math.min(mostRows, Math.floor(mostNumbers / Math.max(1, numbersOfRow))))
  let seen = 0
  return (portion) => {
    const share = most / (rows ?? portion)
    const chosen: number[] = []
    for (let row = 0; row < portion; row++) if (share >= 1 || (seen++ * goldenSection) % 1 < share) chosen.push(row)
    return chosen
  }
}
