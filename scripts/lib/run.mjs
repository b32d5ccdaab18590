import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { giveUp, say } from './say.mjs'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
const tellEveryMs = 15_000

/**
 * Runs a program to its end; resolves to its exit code (128 and the signal's number where one ended it), and whether this process was asked to end meanwhile.
 * A terminal's Ctrl-C and a signal to the process group reach the program by themselves; one sent to this process alone is passed on,
 * and the program takes a repeat of the first signal for the same wish.
 */
export async function run(command, args, options) {
  let interrupted = false
  const child = spawn(command, args, { stdio: 'inherit', ...options })
  const pass = (signal) => {
    interrupted = true
    child.kill(signal)
  }
  for (const signal of signals) process.on(signal, pass)
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (code, signal) => resolve({ code: code ?? 128 + constants.signals[signal], interrupted }))
    })
  } finally {
    for (const signal of signals) process.off(signal, pass)
  }
}

/** One step of the preparations: says what it does, and every while that it still does it; its output goes to stderr. Ends this process where it fails. */
export async function step(doing, command, args, { remedy, ...options }) {
  say(`${doing} ...`)
  const since = performance.now()
  const timer = setInterval(() => say(`still ${doing}: ${Math.round((performance.now() - since) / 1000)} s`), tellEveryMs)
  const { code, interrupted } = await run(command, args, { stdio: ['ignore', 2, 2], ...options })
    .catch((error) => giveUp(`${command} could not be run: ${error.message}.`, remedy))
    .finally(() => clearInterval(timer))
  if (interrupted) process.exit(code || 1)
  if (code !== 0) giveUp(`${command} failed with exit code ${code}; its output is above.`, remedy)
}
