import { spawn } from 'node:child_process'

/**
 * Runs a program and ends as it ends. A terminal's Ctrl-C and a signal to the process group reach the program by themselves;
 * one sent to this process alone is passed on, and the program takes a repeat of the first signal for the same wish.
 */
export async function run(command, args, options) {
  const child = spawn(command, args, { stdio: 'inherit', ...options })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  const { code, signal } = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (exit, by) => resolve({ code: exit, signal: by }))
  })
  return signal ? 1 : code
}
