import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { BehestError } from '@behest/spec'

/** Thrown when another chain, which still runs, keeps its state in the file. */
export class DevnetStateInUseError extends BehestError {
  readonly code = 'DEVNET_STATE_IN_USE'
  readonly retry = 'never'

  constructor(facts: { readonly file: string; readonly processId: number }) {
    super(
      `The state file "${facts.file}" belongs to the running chain with process id ${facts.processId}. Stop that chain, or use another file.`,
      { facts },
    )
  }
}

/** A chain that was just told to end still writes its state for a moment. */
const ownerEndsWithinMs = 10_000

/**
 * Waits until the chain that used a state file has ended.
 *
 * Two chains on one file would overwrite each other. A restart after a crash
 * meets the old chain while it still writes its last state.
 *
 * @param withinMs - How long it may take to end, in milliseconds.
 * @throws {DevnetStateInUseError} when that chain goes on running.
 */
export async function waitForStateOwner(
  stateFile: string,
  withinMs: number = ownerEndsWithinMs,
): Promise<void> {
  const processId = await readOwner(stateFile)
  if (processId === null) return
  const deadlineMs = Date.now() + withinMs
  while (isAnvilRunning(processId)) {
    if (Date.now() > deadlineMs)
      throw new DevnetStateInUseError({ file: stateFile, processId })
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Notes which process uses a state file. */
export async function writeStateOwner(
  stateFile: string,
  processId: number,
): Promise<void> {
  await writeFile(toOwnerFile(stateFile), `${processId}\n`)
}

function toOwnerFile(stateFile: string): string {
  return `${stateFile}.pid`
}

async function readOwner(stateFile: string): Promise<number | null> {
  try {
    const text = await readFile(toOwnerFile(stateFile), 'utf8')
    return /^\d+\n$/.test(text) ? Number(text) : null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/**
 * Tells whether a process runs and is a chain: after a restart of the machine
 * the id may belong to any program.
 */
export function isAnvilRunning(processId: number): boolean {
  try {
    process.kill(processId, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'latin1')
    const end = stat.lastIndexOf(')')
    const name = stat.slice(stat.indexOf('(') + 1, end)
    // Ended, and not yet collected by its parent.
    const ended = ['Z', 'X'].includes(stat.charAt(end + 2))
    return name === 'anvil' && !ended
  } catch {
    // No /proc on this system: the signal's word counts.
    return process.platform !== 'linux'
  }
}
