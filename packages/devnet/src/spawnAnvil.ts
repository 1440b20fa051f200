import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { BehestError } from '@behest/spec'
import { requestRpc } from './requestRpc.js'

/** Thrown when the package with anvil's binary for this platform is missing. */
export class DevnetBinaryMissingError extends BehestError {
  readonly code = 'DEVNET_BINARY_MISSING'
  readonly retry = 'never'

  constructor(facts: {
    readonly packageName: string
    readonly cause: unknown
  }) {
    super(
      `The local chain's program "${facts.packageName}" is not installed. Run "npm install" without "--omit=optional" on Linux (glibc) or macOS, x64 or arm64, or set BEHEST_RPC_URL to a chain that runs elsewhere.`,
      { facts: { packageName: facts.packageName }, cause: facts.cause },
    )
  }
}

/** Thrown when the port that was asked for belongs to another program. */
export class DevnetPortTakenError extends BehestError {
  readonly code = 'DEVNET_PORT_TAKEN'
  readonly retry = 'never'

  constructor(facts: { readonly port: number }) {
    super(
      `Port ${facts.port} on 127.0.0.1 is taken. Stop the program that listens there, or choose another port (BEHEST_RPC_PORT).`,
      { facts },
    )
  }
}

/** Thrown when the local chain stops, or stays silent, before it is ready. */
export class DevnetStartError extends BehestError {
  readonly code = 'DEVNET_START_FAILED'
  readonly retry = 'never'

  constructor(facts: { readonly reason: string }) {
    super(
      `The local chain did not start: ${facts.reason}. Correct the options, or remove the state file if it is damaged.`,
      { facts },
    )
  }
}

/** How a chain's process ended. */
export type AnvilExit = {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
}

/** A running chain process. */
export type AnvilProcess = {
  readonly url: string
  readonly port: number
  /** Anvil's own process id, not the guard's. */
  readonly processId: number
  readonly exited: Promise<AnvilExit>
  readonly stop: () => Promise<void>
}

/**
 * The guard that stands between us and anvil. It first prints anvil's process
 * id. It ends anvil when our end of the pipe closes, which the kernel does even
 * when this process is killed with SIGKILL; a plain child would live on. Its exit
 * code is anvil's.
 */
const guard =
  'exec 3<&0; "$0" "$@" </dev/null & p=$!; echo "pid $p"; (cat <&3; kill $p) >/dev/null 2>&1 & wait $p'

/** Loading a state takes 0.1 s; a machine under load may need many times that. */
const readyTimeoutMs = 60_000

/**
 * Starts anvil on the loopback interface and waits until it answers.
 *
 * Ready means that this very process printed its listening address, so a port
 * that somebody else holds is never mistaken for ours.
 *
 * @param options.port - Port to listen on; 0 takes a free one.
 * @param options.flags - Further command line flags.
 * @throws {DevnetBinaryMissingError} when anvil is not installed.
 * @throws {DevnetPortTakenError} when the port is taken.
 * @throws {DevnetStartError} when anvil ends before it is ready.
 */
export async function spawnAnvil(options: {
  readonly port: number
  readonly flags: readonly string[]
}): Promise<AnvilProcess> {
  const { port, flags } = options
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      guard,
      getBinary(),
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      ...flags,
    ],
    // A group of its own: Ctrl-C reaches us first, and we stop anvil in order.
    { stdio: ['pipe', 'pipe', 'pipe'], detached: true },
  )
  // The pipe breaks when anvil ends first; `exited` tells that.
  child.stdin.on('error', () => undefined)

  const exited = new Promise<AnvilExit>((resolve) => {
    child.once('exit', (exitCode, signal) => {
      child.stdin.destroy()
      resolve({ exitCode, signal })
    })
    child.once('error', () => resolve({ exitCode: null, signal: null }))
  })

  const stop = async (): Promise<void> => {
    child.stdin.end()
    await exited
  }

  try {
    const ready = await readListening(child, port)
    const url = `http://127.0.0.1:${ready.port}`
    // Anvil logs every request otherwise, through a pipe that nobody reads.
    await requestRpc(url, 'anvil_setLoggingEnabled', [false])
    child.stdout.resume()
    child.stderr.resume()
    return { url, port: ready.port, processId: ready.processId, exited, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * Finds anvil's binary in the package for this platform. The wrapper package's
 * own launcher costs another Node process and 0.1 s.
 */
function getBinary(): string {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const packageName = `@foundry-rs/anvil-${process.platform}-${architecture}`
  try {
    const require = createRequire(import.meta.url)
    const wrapper = require.resolve('@foundry-rs/anvil/package.json')
    return createRequire(wrapper).resolve(`${packageName}/bin/anvil`)
  } catch (cause) {
    throw new DevnetBinaryMissingError({ packageName, cause })
  }
}

function readListening(
  child: ChildProcess,
  port: number,
): Promise<{ readonly port: number; readonly processId: number }> {
  return new Promise((resolve, reject) => {
    let output = ''
    let errors = ''
    const fail = (reason: string) => {
      clearTimeout(timer)
      reject(
        /address (already )?in use|os error 98|os error 48/i.test(errors)
          ? new DevnetPortTakenError({ port })
          : new DevnetStartError({ reason: errors.trim() || reason }),
      )
    }
    const timer = setTimeout(
      () => fail(`no answer within ${readyTimeoutMs} ms`),
      readyTimeoutMs,
    )
    child.stderr?.on('data', (chunk: Buffer) => {
      if (errors.length < 4000) errors += chunk.toString()
    })
    child.stdout?.on('data', function read(chunk: Buffer) {
      output += chunk.toString()
      const listening = /Listening on 127\.0\.0\.1:(\d+)/.exec(output)
      const processId = /^pid (\d+)$/m.exec(output)
      if (listening === null || processId === null) return
      clearTimeout(timer)
      child.stdout?.off('data', read)
      resolve({ port: Number(listening[1]), processId: Number(processId[1]) })
    })
    child.once('error', (error) => fail(error.message))
    // 'close', not 'exit': by then all of stderr has been read.
    child.once('close', (exitCode) => fail(`it ended with code ${exitCode}`))
  })
}
