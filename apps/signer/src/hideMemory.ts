import { writeFileSync } from 'node:fs'

/**
 * Keeps keys out of core dumps and debuggers: no page of this process is dumped,
 * and the signal that would open Node's debugger does nothing.
 *
 * @returns Whether the kernel took the first; only Linux has it.
 */
export function hideMemory(): boolean {
  process.on('SIGUSR1', () => undefined)
  try {
    writeFileSync('/proc/self/coredump_filter', '0')
    return true
  } catch {
    return false // another system: dumps are off there unless somebody asks
  }
}
