import { mkdirSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SignerRunningError } from './errors.js'
import { placeSocket } from './placeSocket.js'

const askAgainMs = 50

/**
 * Makes this process the only signer of its place, until it ends. Two signers over
 * one record would each know only what they signed themselves, and one leg could be
 * signed under two nonces. What is claimed is a socket that somebody listens on: the
 * kernel gives it back when its holder ends, however that is.
 *
 * @param options.placeFile - Which place.
 * @param options.waitMs - How long one that is just ending is waited for.
 * @throws {SignerRunningError} when another signer goes on running.
 */
export async function claimPlace(options: {
  readonly placeFile: string
  readonly waitMs: number
}): Promise<{ readonly release: () => void }> {
  const { placeFile, waitMs } = options
  const socket = placeSocket(placeFile, 'claim')
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 })
  const until = performance.now() + waitMs
  for (;;) {
    const claimed = await listen(socket)
    if (claimed !== null) {
      claimed.unref()
      return { release: () => void claimed.close() }
    }
    if (!(await isHeld(socket))) {
      // Its holder ended without a word; a file is all that is left of it.
      rmSync(socket, { force: true })
      continue
    }
    if (performance.now() > until) throw new SignerRunningError({ placeFile })
    await sleep(askAgainMs)
  }
}

function listen(socket: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((other) => other.destroy())
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    )
    server.listen(socket, () => resolve(server))
  })
}

function isHeld(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = connect(socket)
    asked.once('connect', () => {
      asked.destroy()
      resolve(true)
    })
    asked.once('error', () => resolve(false))
  })
}
