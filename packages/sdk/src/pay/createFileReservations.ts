import { createHash, randomUUID } from 'node:crypto'
import {
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rm,
  stat,
} from 'node:fs/promises'
import { join } from 'node:path'
import type {
  HeldReservation,
  PaymentReservations,
  Reservation,
} from '@behest/spec'
import { hashSchema, hexSchema } from '@behest/spec'
import * as z from 'zod'

const defaultKeptMs = 30 * 86_400_000
const sweepEveryMs = 3_600_000

const turnSchema = z.strictObject({
  /** `null` once it was released: the next turn is as good as new. */
  reservation: z
    .strictObject({
      key: z.string(),
      identifier: z.string().optional(),
      signature: hexSchema,
      requestHash: hashSchema,
      state: z.enum(['working', 'unsettled', 'owed', 'answered']),
      answer: z
        .strictObject({
          status: z.int(),
          contentType: z.string(),
          body: z.base64(),
        })
        .optional(),
      settlement: z.string().optional(),
    })
    .nullable(),
  busyUntilMs: z.number(),
})

/**
 * Keeps reservations in a folder, for all processes of one machine: what was
 * paid and not yet answered outlives a crash and a restart. Every change is a
 * file of its own, made whole or not at all and by one process only, so that no
 * lock is ever left behind.
 *
 * Not for a folder on a network, and not for several machines: those share a
 * database.
 *
 * @param options.folder - Made if it is not there (mode 0700).
 * @param options.keptMs - How long answers are remembered; 30 days if absent.
 *   A payment that is forgotten is refused by the chain.
 *
 * @example
 * ```ts
 * await serveAgent(agent, {
 *   signer,
 *   facilitator,
 *   reservations: createFileReservations({ folder: '.payments' }),
 * })
 * ```
 */
export function createFileReservations(options: {
  readonly folder: string
  readonly keptMs?: number
}): PaymentReservations {
  const { folder, keptMs = defaultKeptMs } = options
  const turns = join(folder, 'turns')
  const names = join(folder, 'names')
  let sweptAt = 0

  async function sync(path: string): Promise<void> {
    const directory = await open(path, 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  }

  /** Makes a file with its whole content, if nobody has made it yet. */
  async function claim(path: string, content: string): Promise<boolean> {
    const whole = join(folder, `${randomUUID()}.new`)
    const file = await open(whole, 'wx', 0o600)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    try {
      await link(whole, path)
      return true
    } catch (error) {
      if (readCode(error) === 'EEXIST') return false
      throw error
    } finally {
      await rm(whole, { force: true })
    }
  }

  /** The last turn of a key; `null` where there was none. */
  async function readLast(key: string): Promise<{
    readonly turn: number
    readonly kept: z.output<typeof turnSchema>
  } | null> {
    const place = join(turns, toName(key))
    const last = Math.max(0, ...(await list(place)).map(Number))
    if (last === 0) return null
    const text = await readFile(join(place, String(last)), 'utf8').catch(
      (error: unknown) => {
        if (readCode(error) === 'ENOENT') return null // swept just now
        throw error
      },
    )
    return text === null
      ? null
      : { turn: last, kept: turnSchema.parse(JSON.parse(text)) }
  }

  async function write(write: {
    readonly key: string
    readonly turn: number
    readonly reservation: Reservation | null
    readonly busyMs: number
  }): Promise<boolean> {
    const { key, turn, reservation, busyMs } = write
    const place = join(turns, toName(key))
    await mkdir(place, { recursive: true, mode: 0o700 })
    const isMine = await claim(
      join(place, String(turn)),
      JSON.stringify({
        reservation: reservation && {
          ...reservation,
          ...(reservation.answer && {
            answer: {
              ...reservation.answer,
              body: Buffer.from(reservation.answer.body).toString('base64'),
            },
          }),
        },
        busyUntilMs: busyMs === 0 ? 0 : Date.now() + busyMs,
      }),
    )
    if (isMine) await sync(place)
    return isMine
  }

  async function find(
    key: string,
  ): Promise<{ turn: number; held: HeldReservation | null }> {
    const last = await readLast(key)
    return { turn: last?.turn ?? 0, held: last && toHeld(last) }
  }

  /** Who is named by an identifier, in case that reservation still stands. */
  async function findNamed(identifier: string): Promise<{
    readonly count: number
    readonly held: HeldReservation | null
  }> {
    const place = join(names, toName(identifier))
    const count = Math.max(0, ...(await list(place)).map(Number))
    if (count === 0) return { count, held: null }
    const key = await readFile(join(place, String(count)), 'utf8').catch(
      () => null,
    )
    const { held } = key === null ? { held: null } : await find(key)
    return { count, held: held?.identifier === identifier ? held : null }
  }

  async function sweep(): Promise<void> {
    const now = Date.now()
    if (now - sweptAt < sweepEveryMs) return
    sweptAt = now
    for (const area of [turns, names])
      for (const name of await list(area)) {
        const place = join(area, name)
        const files = await list(place)
        const last = Math.max(0, ...files.map(Number))
        const at = await stat(join(place, String(last))).catch(() => null)
        if (at === null || now - at.mtimeMs < keptMs) continue
        await rm(place, { recursive: true, force: true })
      }
  }

  return {
    scope: 'shared',
    async reserve({ reservation, busyMs }) {
      const { key, identifier } = reservation
      await mkdir(turns, { recursive: true, mode: 0o700 })
      await sweep()
      for (;;) {
        const { turn, held } = await find(key)
        if (held !== null) return { type: 'held', held }
        if (!(await write({ key, turn: turn + 1, reservation, busyMs })))
          continue
        if (identifier === undefined)
          return { type: 'reserved', turn: turn + 1 }
        // The key is ours; its name may be another's, who then has the answer.
        const other = await claimName(identifier, key)
        if (other === null) return { type: 'reserved', turn: turn + 1 }
        await write({ key, turn: turn + 2, reservation: null, busyMs: 0 })
        return { type: 'held', held: other }
      }
    },
    find: async (key) => (await find(key)).held,
    async move({ turn, reservation, busyMs }) {
      const { key } = reservation
      if ((await find(key)).turn !== turn) return null
      return (await write({ key, turn: turn + 1, reservation, busyMs }))
        ? turn + 1
        : null
    },
    async release({ key, turn }) {
      if ((await find(key)).turn === turn)
        await write({ key, turn: turn + 1, reservation: null, busyMs: 0 })
    },
  }

  async function claimName(
    identifier: string,
    key: string,
  ): Promise<HeldReservation | null> {
    const place = join(names, toName(identifier))
    await mkdir(place, { recursive: true, mode: 0o700 })
    for (;;) {
      const { count, held } = await findNamed(identifier)
      if (held?.key === key) return null
      if (held !== null) return held
      if (await claim(join(place, String(count + 1)), key)) return null
    }
  }
}

function toHeld(last: {
  readonly turn: number
  readonly kept: z.output<typeof turnSchema>
}): HeldReservation | null {
  const { turn, kept } = last
  if (kept.reservation === null) return null
  const { identifier, answer, settlement, ...rest } = kept.reservation
  return {
    ...rest,
    ...(identifier === undefined ? {} : { identifier }),
    ...(settlement === undefined ? {} : { settlement }),
    ...(answer === undefined
      ? {}
      : { answer: { ...answer, body: Buffer.from(answer.body, 'base64') } }),
    turn,
    isBusy: Date.now() < kept.busyUntilMs,
  }
}

async function list(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (readCode(error) === 'ENOENT') return [] // nobody has paid yet
    throw error
  }
}

// Payers choose parts of both; a file name must not be theirs to choose.
const toName = (key: string): string =>
  createHash('sha256').update(key).digest('hex')

const readCode = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined
