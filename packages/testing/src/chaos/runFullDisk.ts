import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  createOutbox,
  createOutboxWorker,
  createPool,
  createSender,
  journalSchema,
  runMigrations,
  startPostgres,
  toDatabaseError,
} from '@behest/journal'
import {
  createScriptedChain,
  signForScriptedChain,
} from '@behest/journal/testing'
import { BehestError, type Hex } from '@behest/spec'
import { numberToHex } from 'viem'

/** What was seen while the disk was full, and after. */
export type FullDiskReport = {
  readonly type: 'passed' | 'failed'
  /** How long there was no room, in ms. */
  readonly fullMs: number
  readonly doneBefore: number
  readonly doneWhileFull: number
  readonly doneAfter: number
  /** What whoever asked was told, and how often. */
  readonly told: Readonly<Record<string, number>>
  /** From the moment there was room again to the next payment that ended, in ms. */
  readonly backMs: number
  readonly twice: number
  readonly lost: number
  /** Bytes that the chain was offered and that are not in the database. */
  readonly unstored: number
}

/** Thrown where a disk of a few megabytes cannot be made. */
export class FullDiskError extends BehestError {
  readonly code = 'FULL_DISK_IMPOSSIBLE'
  readonly retry = 'never'

  constructor(facts: { readonly reason: string }) {
    super(
      `No small disk can be made here: ${facts.reason}. Run it on Linux as root, or in a container that may mount.`,
      { facts },
    )
  }
}

const sizeMegabytes = 192

/**
 * Carries out payments on a database whose disk is small and then full, until there
 * is room again.
 *
 * @param options.fullMs - How long there is no room.
 */
export async function runFullDisk(options: {
  readonly fullMs: number
}): Promise<FullDiskReport> {
  const folder = mkdtempSync(join(tmpdir(), 'behest-full-disk-'))
  mount(folder)
  try {
    // The database may run as another user than we do.
    chmodSync(folder, 0o711)
    return await play(folder, options.fullMs)
  } finally {
    execFileSync('umount', ['--lazy', folder])
    rmSync(folder, { recursive: true, force: true })
  }
}

function mount(folder: string): void {
  try {
    execFileSync(
      'mount',
      ['-t', 'tmpfs', '-o', `size=${sizeMegabytes}m`, 'behest', folder],
      { stdio: 'pipe' },
    )
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    const { stderr } = error as { stderr?: Buffer }
    throw new FullDiskError({
      reason: stderr?.toString().trim() || 'mount failed',
    })
  }
}

async function play(folder: string, fullMs: number): Promise<FullDiskReport> {
  const server = await startPostgres({
    dataFolder: folder,
    idleStopSeconds: 5,
    settings: { max_wal_size: '64MB', min_wal_size: '32MB' },
  })
  const pool = createPool({ connection: server.connection })
  const told: Record<string, number> = {}
  let isOver = false
  let done = 0
  try {
    await runMigrations(pool, journalSchema)
    const outbox = createOutbox({ pool })
    const chain = createScriptedChain()
    const worker = await createOutboxWorker({
      outbox,
      pool,
      chain,
      sign: signForScriptedChain,
    })
    const sender = createSender({ outbox, workers: [worker] })
    const pay = async (id: Hex) => {
      await pool.query(
        `insert into approval (plan_hash, intent_id, by) values ($1, 'i', '\\x00')
         on conflict do nothing`,
        [Buffer.from(id.slice(2), 'hex')],
      )
      const { type } = await sender.carryOut(
        {
          legId: id,
          intentId: 'i',
          planHash: id,
          stepId: 's1',
          callIndex: 0,
          chainId: 31_337,
          account: '0x00000000000000000000000000000000000000a1',
          to: '0x00000000000000000000000000000000000000b2',
          valueWei: 1n,
          // Some room is taken by each.
          data: `0x${'ab'.repeat(4_000)}`,
          gasLimit: 21_000n,
          maxFeePerGasWei: 100_000n,
          deadlineUnixSeconds: 2_000_000,
        },
        { waitMs: 1_000 },
      )
      return type
    }

    let next = 0
    const lanes = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const id = numberToHex(++next, { size: 32 })
        for (;;)
          try {
            if ((await pay(id)) === 'succeeded') break
          } catch (error) {
            const known = toDatabaseError(error)
            const word = known?.facts.reason?.toString() ?? `OTHER: ${error}`
            told[word] = (told[word] ?? 0) + 1
            await sleep(50)
          }
        done++
      }
    })

    await until(() => done >= 50)
    const filler = join(folder, 'filler')
    fill(filler)
    const doneBefore = done
    const fullUntilMs = performance.now() + fullMs
    while (performance.now() < fullUntilMs) {
      // The log's next part has no room either: then the server ends itself.
      await pool.query('select pg_switch_wal()').catch((error: unknown) => {
        if (toDatabaseError(error) === undefined) throw error
      })
      await sleep(1_000)
    }
    const doneWhileFull = done - doneBefore
    rmSync(filler)
    const roomAtMs = performance.now()
    const doneAtRoom = done
    await until(() => done > doneAtRoom)
    const backMs = Math.round(performance.now() - roomAtMs)
    await until(() => done >= doneAtRoom + 50)
    isOver = true
    await Promise.all(lanes)
    await worker.stop()

    const { rows } = await pool.query<{ hash: Buffer }>(
      'select hash from attempt',
    )
    const stored = new Set(rows.map(({ hash }) => `0x${hash.toString('hex')}`))
    const effects = [...chain.countEffects().values()]
    const report = {
      fullMs,
      doneBefore,
      doneWhileFull,
      doneAfter: done - doneAtRoom,
      told,
      backMs,
      twice: effects.filter((count) => count > 1).length,
      lost: done - effects.filter((count) => count > 0).length,
      unstored: chain.offered.filter(({ hash }) => !stored.has(hash)).length,
    }
    const isUnknown = Object.keys(told).some((word) => word.startsWith('OTHER'))
    const isGood =
      report.twice + report.lost + report.unstored === 0 &&
      !isUnknown &&
      Object.keys(told).length > 0
    return { type: isGood ? 'passed' : 'failed', ...report }
  } finally {
    await pool.end()
    await server.stop()
  }
}

/** Writes until there is no room for one byte more. */
function fill(file: string): void {
  const descriptor = openSync(file, 'w')
  try {
    for (const size of [1 << 20, 1 << 12, 1])
      for (;;)
        try {
          writeSync(descriptor, Buffer.alloc(size))
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
          break
        }
  } finally {
    closeSync(descriptor)
  }
}

async function until(isThere: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 180_000
  while (!isThere()) {
    if (performance.now() > deadlineMs)
      throw new RangeError('Nothing moved for three minutes.')
    await sleep(10)
  }
}
