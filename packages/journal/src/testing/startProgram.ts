import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A program of the crash tests, in a process of its own. */
export type TestProgram = {
  readonly child: ChildProcess
  /** Waits for its next line on stdout. */
  readonly readLine: () => Promise<string>
  /** Ends it as a power cut would, and waits until it is gone. */
  readonly kill: () => Promise<void>
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/**
 * Starts one of `programs/` from the sources.
 *
 * @param name - File name without its ending.
 * @param args - What the program is told.
 * @param environment - Variables besides our own.
 */
export function startProgram(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): TestProgram {
  const here = (path: string) =>
    fileURLToPath(new URL(`./programs/${path}`, import.meta.url))
  const child = spawn(
    process.execPath,
    ['--import', here('runSources.mjs'), here(`${name}.ts`), ...args],
    {
      // It ends with its input, also when the tests are killed.
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
      detached: true,
    },
  )
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? signal ?? 0))
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    ended,
    readLine: async () => {
      const { value, done } = await lines.next()
      return done === true ? '' : String(value)
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
