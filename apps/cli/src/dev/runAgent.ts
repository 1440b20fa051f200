import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { BehestError } from '@behest/spec'

const readyTimeoutMs = 15_000
const stopTimeoutMs = 3_000
const mostOutput = 10_000

/** An agent's process that answers. */
export type RunningAgent = {
  readonly url: string
  /** Resolves when it has ended, asked or not. */
  readonly ended: Promise<void>
  readonly stop: () => Promise<void>
}

/**
 * Runs a built agent on a free port and waits until it serves its card.
 *
 * @param options.publicUrl - Where callers reach it: what its card says.
 * @param options.onOutput - Told what it prints.
 * @throws {AgentStartError} when it ends, or serves no card in time.
 */
export async function runAgent(options: {
  readonly folder: string
  readonly publicUrl: string
  readonly onOutput: (text: string) => void
}): Promise<RunningAgent> {
  const port = await findPort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, ['dist/serve.js'], {
    cwd: options.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: String(port),
      PUBLIC_URL: options.publicUrl,
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output = `${output}${String(chunk)}`.slice(-mostOutput)
      options.onOutput(String(chunk))
    })
  let isOver = false
  const ended = new Promise<void>((done) => {
    const end = (): void => {
      isOver = true
      done()
    }
    child.once('exit', end)
    child.once('error', end)
  })
  const stop = async (): Promise<void> => {
    if (isOver) return
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
    await ended
    clearTimeout(timer)
  }
  const until = Date.now() + readyTimeoutMs
  while (!(await isServing(url))) {
    if (isOver || Date.now() > until) {
      await stop()
      throw new AgentStartError({
        problem: isOver ? 'it ended' : `no card in ${readyTimeoutMs} ms`,
        output,
      })
    }
    await wait(50)
  }
  return { url, ended, stop }
}

async function isServing(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/.well-known/agent-card.json`, {
      signal: AbortSignal.timeout(1_000),
    })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false // not yet
  }
}

function findPort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer()
    server.once('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        found(typeof address === 'object' ? (address?.port ?? 0) : 0),
      )
    })
  })
}

/** Thrown when an agent that was built does not serve. */
export class AgentStartError extends BehestError {
  readonly code = 'AGENT_START_FAILED'
  readonly retry = 'never'

  constructor(facts: { readonly problem: string; readonly output: string }) {
    super(
      `The agent did not start: ${facts.problem}. Correct what its output says; it is started again after the next change.`,
      { facts },
    )
  }
}
