import { type ChildProcess, spawn } from 'node:child_process'
import {
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { BehestError } from '@behest/spec'

const firstRestartMs = 100
const maxRestartMs = 5000
const stopTimeoutMs = 10_000

/** A process of the stack that is kept running. */
export type SupervisedProcess = {
  readonly name: string
  /** What its ready line said, the first time. */
  readonly ready: Readonly<Record<string, unknown>>
  /** Ends it in order; after ten seconds without manners. */
  readonly stop: () => Promise<void>
}

/**
 * Starts a process, waits for its one JSON line, and starts it again whenever
 * it ends unasked.
 *
 * Its standard input is a pipe of ours: when we are gone, even by SIGKILL, the
 * pipe closes and it ends too. It has a process group of its own, so that Ctrl-C
 * reaches us alone and the stack ends in order.
 *
 * @param options.arguments - Arguments for Node: the script first.
 * @param options.readyTimeoutMs - After so long a start has failed.
 * @throws {ProcessStartError} with the end of its log when it does not start.
 */
export async function superviseProcess(options: {
  readonly name: string
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly runFolder: string
  readonly logFolder: string
  readonly readyTimeoutMs: number
  readonly onRestart: (message: string) => void
}): Promise<SupervisedProcess> {
  const { name, runFolder, logFolder, onRestart } = options
  const pidFile = join(runFolder, `${name}.pid`)
  const logFile = join(logFolder, `${name}.log`)
  let child: ChildProcess | undefined
  let isStopping = false
  let restartMs = firstRestartMs
  let restartTimer: NodeJS.Timeout | undefined

  async function launch(): Promise<Record<string, unknown>> {
    const log = openSync(logFile, 'a', 0o600)
    const started = spawn(process.execPath, options.arguments, {
      stdio: ['pipe', 'pipe', log],
      detached: true,
      env: { ...process.env, ...options.environment },
    })
    closeSync(log)
    child = started
    started.stdin?.on('error', () => undefined) // it is gone, and `exit` says so
    const ready = await readReadyLine(
      started,
      name,
      logFile,
      options.readyTimeoutMs,
    )
    writeFileSync(pidFile, `${started.pid}\n`)
    started.once('exit', (code, signal) => {
      if (!isStopping) relaunch(`${name} ended (${signal ?? code})`)
    })
    return ready
  }

  function relaunch(reason: string): void {
    onRestart(`${reason}; starting it again`)
    restartTimer = setTimeout(() => {
      const startedAt = Date.now()
      launch().then(
        () => {
          if (Date.now() - startedAt > maxRestartMs) restartMs = firstRestartMs
        },
        (error: unknown) => {
          if (!isStopping)
            relaunch(error instanceof Error ? error.message : String(error))
        },
      )
    }, restartMs)
    restartMs = Math.min(restartMs * 2, maxRestartMs)
  }

  const ready = await launch()
  return {
    name,
    ready,
    stop: async () => {
      isStopping = true
      clearTimeout(restartTimer)
      await endProcess(child)
      rmSync(pidFile, { force: true })
    },
  }
}

function readReadyLine(
  child: ChildProcess,
  name: string,
  logFile: string,
  timeoutMs: number,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const { stdout } = child
    if (!stdout) throw new RangeError('stdout is a pipe')
    const lines = createInterface({ input: stdout })
    const fail = (problem: string): void => {
      settle()
      child.kill('SIGKILL')
      reject(new ProcessStartError({ name, problem, log: readTail(logFile) }))
    }
    const onExit = (code: number | null, signal: string | null): void =>
      fail(`it ended with ${signal ?? `exit code ${code}`}`)
    const onError = (error: Error): void => fail(error.message)
    const timer = setTimeout(
      () => fail(`it was not ready after ${timeoutMs} ms`),
      timeoutMs,
    )
    const settle = (): void => {
      clearTimeout(timer)
      child.off('exit', onExit)
      child.off('error', onError)
    }
    child.once('exit', onExit)
    child.once('error', onError)
    lines.once('line', (line) => {
      try {
        const ready = JSON.parse(line) as Record<string, unknown>
        settle()
        resolve(ready)
      } catch {
        fail(`it said "${line.slice(0, 200)}" instead of being ready`)
      }
    })
  })
}

async function endProcess(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((done) => {
    child.once('exit', () => done())
  })
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
  await ended
  clearTimeout(timer)
}

function readTail(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(-1500)
  } catch {
    return ''
  }
}

/** Thrown when a process of the stack does not start. */
export class ProcessStartError extends BehestError {
  readonly code = 'PROCESS_START_FAILED'
  readonly retry = 'never'

  constructor(facts: { name: string; problem: string; log: string }) {
    super(
      `${facts.name} did not start: ${facts.problem}. Run "behest doctor", or read the end of its log below.`,
      { facts },
    )
  }
}
