/** Ends the process group that this process leads, with all that the engine has started. */
export function endGroup(): void {
  if (process.platform === 'win32') process.exit()
  process.kill(-process.pid, 'SIGKILL')
}
