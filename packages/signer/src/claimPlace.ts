import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SignerRunningError } from './errors.js'
import { placeSocket } from './placeSocket.js'

const askAgainMs = 50
// Two that come at one moment see each other: the later one leaves at once.
const mostContestMs = 1000

/**
 * Makes this process the only signer of its place, until it ends. Two signers over
 * one record would each know only what they signed themselves, and one leg could be
 * signed under two nonces. What is claimed is a socket that somebody listens on: the
 * kernel gives it back when its holder ends, however that is.
 *
 * Each that comes listens first, on a number of its own, and looks around after
 * that: of two, one sees the other at least. What a killed one leaves behind is
 * removed only by who holds the place, so nobody removes the claim of one that was
 * a moment faster.
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
  const until = performance.now() + waitMs
  const place = openPlace(placeFile)
  for (;;) {
    if ((await place.listAlive()).length === 0) {
      const number = place.nextNumber()
      const server = await listen(place.toSocket(number))
      if (server !== null) {
        if (await isMine(place, number)) {
          place.sweep(number)
          server.unref()
          return { release: () => void server.close() }
        }
        await new Promise((done) => server.close(done))
      }
    }
    if (performance.now() > until) throw new SignerRunningError({ placeFile })
    await sleep(askAgainMs)
  }
}

/** Whoever listens has seen everybody who listened before. */
async function isMine(place: Place, number: number): Promise<boolean> {
  const until = performance.now() + mostContestMs
  for (;;) {
    const others = (await place.listAlive()).filter((one) => one !== number)
    if (others.length === 0) return true
    // One with a lower number sees this one go; a higher one leaves, or holds.
    if (others.some((one) => one < number) || performance.now() > until)
      return false
    await sleep(askAgainMs / 5)
  }
}

type Place = {
  readonly toSocket: (number: number) => string
  /** Above every one that is there, used or left behind. */
  readonly nextNumber: () => number
  readonly listAlive: () => Promise<readonly number[]>
  /** Removes what is left of those before; only who holds the place may. */
  readonly sweep: (mine: number) => void
}

function openPlace(placeFile: string): Place {
  // Room for as many digits as there will be starts without an orderly end.
  const sample = placeSocket(placeFile, 'claim.0000')
  const toSocket = (number: number): string =>
    sample.replace('claim.0000', `claim.${number}`)
  // Pipes of Windows are no files, and none stays when its holder ends.
  if (process.platform === 'win32')
    return {
      toSocket: () => sample,
      nextNumber: () => 0,
      listAlive: async () => [],
      sweep: () => {},
    }
  const folder = dirname(sample)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const list = (): number[] =>
    readdirSync(folder).flatMap((name) => {
      const found = /^claim\.(\d+)\.sock$/.exec(name)
      return found === null ? [] : [Number(found[1])]
    })
  return {
    toSocket,
    nextNumber: () => Math.max(0, ...list()) + 1,
    listAlive: async () => {
      const alive: number[] = []
      for (const number of list())
        if (await isHeld(toSocket(number))) alive.push(number)
      return alive
    },
    sweep: (mine) => {
      for (const number of list())
        if (number < mine)
          rmSync(join(folder, `claim.${number}.sock`), { force: true })
    },
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

/** Only a plain refusal says that nobody is there. */
function isHeld(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = connect(socket)
    asked.once('connect', () => {
      asked.destroy()
      resolve(true)
    })
    asked.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'),
    )
  })
}
