/** What a long step is doing, on stderr: stdout belongs to the program. */
export const say = (text) => process.stderr.write(`twinfold: ${text}\n`)

/** Ends with one clear message and what to do about it. */
export function giveUp(problem, remedy) {
  process.stderr.write(`\ntwinfold: ${problem}\n          ${remedy}\n`)
  process.exit(1)
}
