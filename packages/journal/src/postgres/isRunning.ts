import { readFileSync } from 'node:fs'

/**
 * Tells whether a process runs. One that has ended and was not collected yet
 * does not: under a slow init it would look alive for seconds.
 */
export function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'latin1')
    // The state follows the name, which is in brackets and may hold any letter.
    return stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z'
  } catch {
    return true // No /proc on this system: the signal's word counts.
  }
}
