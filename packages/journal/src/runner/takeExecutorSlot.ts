import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { connectClient, getConnection } from '../postgres/connect.js'

/** A name that no other living process has: `intent-api-0`, `intent-api-1` … */
export type ExecutorSlot = {
  readonly name: string
  readonly release: () => Promise<void>
}

/**
 * Takes the first free slot of a kind of process. A process that starts again
 * gets the name of the one that ended, and with it what that one had begun.
 *
 * @param options.pool - A pool on the database; the lock gets a connection of its own.
 * @param options.kind - Name of the kind of process, e.g. `intent-api`.
 * @param options.onLost - Told when another process took the name meanwhile:
 *   stop working, for two would do the same work.
 * @returns The slot, held until it is released or the process ends.
 */
export async function takeExecutorSlot(options: {
  readonly pool: pg.Pool
  readonly kind: string
  readonly onLost?: () => void
}): Promise<ExecutorSlot> {
  const { pool, kind } = options
  let isReleased = false
  let client = await connect()
  let index = 0
  while (!(await tryLock(client, `${kind}-${index}`))) index++
  const name = `${kind}-${index}`

  async function connect(): Promise<pg.Client> {
    const fresh = await connectClient({
      connection: getConnection(pool),
      applicationName: 'behest-slot',
    })
    fresh.on('end', () => {
      if (client === fresh && !isReleased) void retake()
    })
    return fresh
  }

  /** The database went away for a moment: the name is taken again after that. */
  async function retake(): Promise<void> {
    while (!isReleased)
      try {
        const fresh = await connect()
        client = fresh
        if (await tryLock(fresh, name)) return
        isReleased = true
        await fresh.end()
        options.onLost?.()
      } catch {
        await sleep(200, undefined, { ref: false })
      }
  }

  return {
    name,
    release: async () => {
      isReleased = true
      await client.end().catch(() => {
        // Broken already: the lock went with it.
      })
    },
  }
}

async function tryLock(client: pg.Client, name: string): Promise<boolean> {
  const key = createHash('sha256').update(`slot\n${name}`).digest()
  const { rows } = await client.query<{ taken: boolean }>(
    'select pg_try_advisory_lock($1) as taken',
    [key.readBigInt64BE(0)],
  )
  return rows[0]?.taken === true
}
