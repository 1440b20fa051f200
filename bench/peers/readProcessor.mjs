/** Milliseconds that all threads of this process have had of the processor. */
export function readProcessor() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
