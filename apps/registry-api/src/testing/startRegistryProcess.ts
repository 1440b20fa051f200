import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { BehestError } from '@behest/spec'

/** A registry in a process of its own, as operators run it. */
export type RegistryProcess = {
  readonly url: string
  /** Resolves when it is gone, with its exit code where it had one. */
  readonly kill: (signal: 'SIGKILL' | 'SIGTERM') => Promise<number | null>
}

const script = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/**
 * Starts the built registry over a data folder, with the embedded database.
 *
 * @throws {RegistryProcessDiedError} when it ends before it is ready.
 */
export async function startRegistryProcess(
  environment: Readonly<Record<string, string>>,
): Promise<RegistryProcess> {
  const child: ChildProcess = spawn(process.execPath, [script], {
    env: {
      ...process.env,
      DATABASE_URL: '',
      BEHEST_REGISTRY_PORT: '0',
      BEHEST_CHAIN_ID: '31337',
      BEHEST_ENCODER: 'none',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr?.on('data', (text: Buffer) => {
    said = (said + String(text)).slice(-2_000)
  })
  const gone = new Promise<number | null>((done) => child.once('exit', done))
  const url = await new Promise<string>((done, failed) => {
    child.once('exit', () => failed(new RegistryProcessDiedError({ said })))
    child.stdout?.once('data', (line: Buffer) =>
      done((JSON.parse(String(line)) as { url: string }).url),
    )
  })
  return {
    url,
    kill: async (signal) => {
      child.kill(signal)
      return gone
    },
  }
}

/** Thrown when a registry under test ends before it is ready. */
class RegistryProcessDiedError extends BehestError {
  readonly code = 'REGISTRY_PROCESS_DIED'
  readonly retry = 'never'

  constructor(facts: { readonly said: string }) {
    super(
      `The registry ended before it was ready: ${facts.said}. Read what it said.`,
      { facts },
    )
  }
}
