import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** What the program prints when it is ready. */
export type ReadyLine = {
  readonly url: string
  readonly chainId: number
  readonly processId: number
}

/** Starts `runDevnet` from the sources, as a process of its own. */
export function runDevnetProgram(args: readonly string[]): ChildProcess {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  return spawn(
    process.execPath,
    ['--import', here('runSources.mjs'), here('../runDevnet.ts'), ...args],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  )
}

/** Waits for the program's first line. */
export async function readReadyLine(child: ChildProcess): Promise<ReadyLine> {
  if (child.stdout === null) throw new TypeError('The program has no stdout.')
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return JSON.parse(String(line)) as ReadyLine
}

/** Waits until something holds; the test's own timeout ends a wait in vain. */
export async function until(
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  while (!(await holds()))
    await new Promise((resolve) => setTimeout(resolve, 10))
}
