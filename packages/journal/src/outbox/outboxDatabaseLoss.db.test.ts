import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Hex, LegResult, SenderPort } from '@behest/spec'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runMigrations } from '../migrations/runMigrations.js'
import { createPool } from '../postgres/connect.js'
import {
  type EmbeddedPostgres,
  startPostgres,
} from '../postgres/startPostgres.js'
import { toDatabaseError } from '../postgres/toDatabaseError.js'
import { journalSchema } from '../schema.js'
import {
  createScriptedChain,
  signForScriptedChain,
} from '../testing/createScriptedChain.js'
import { createOutbox } from './createOutbox.js'
import { createOutboxWorker } from './createOutboxWorker.js'
import { createSender } from './createSender.js'

let dataFolder: string
let server: EmbeddedPostgres

beforeAll(async () => {
  dataFolder = mkdtempSync(join(tmpdir(), 'behest-outbox-test-'))
  chmodSync(dataFolder, 0o711)
  server = await startPostgres({ dataFolder, idleStopSeconds: 5 })
})
afterAll(async () => {
  await server.stop()
  rmSync(dataFolder, { recursive: true, force: true })
})

const hashOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`

/** Asks until there is an answer, as a caller does whose database went away. */
function createCaller(
  pool: pg.Pool,
  sender: SenderPort,
  onFailure: (error: unknown) => void = () => {},
): (n: number) => Promise<LegResult> {
  return async (n) => {
    for (;;)
      try {
        await pool.query(
          `insert into approval (plan_hash, intent_id, by) values ($1, 'i', '\\x00')
           on conflict do nothing`,
          [Buffer.from(hashOf(n).slice(2), 'hex')],
        )
        const result = await sender.carryOut(
          {
            legId: hashOf(n),
            intentId: 'i',
            planHash: hashOf(n),
            stepId: 's1',
            callIndex: 0,
            chainId: 31_337,
            account: '0x00000000000000000000000000000000000000a1',
            to: '0x00000000000000000000000000000000000000b2',
            valueWei: 1n,
            data: '0x',
            gasLimit: 21_000n,
            maxFeePerGasWei: 100_000n,
            deadlineUnixSeconds: 2_000_000,
          },
          { waitMs: 1_000 },
        )
        if (result.type === 'succeeded') return result
      } catch (error) {
        onFailure(error)
        await sleep(20)
      }
  }
}

test('behavior: the database is killed under the worker: each leg happens once', async () => {
  const pool = createPool({ connection: server.connection })
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

  const carryOut = createCaller(pool, sender)
  let done = 0
  const lanes = Array.from({ length: 4 }, async (_, lane) => {
    for (let n = lane + 1; n <= 60; n += 4) {
      await carryOut(n)
      done++
    }
  })
  for (let kills = 1; kills <= 3; kills++) {
    while (done < kills * 12) await sleep(5)
    const { processId } = server
    process.kill(processId, 'SIGKILL')
    while (server.processId === processId) await sleep(5)
  }
  await Promise.all(lanes)
  expect([...chain.countEffects().values()]).toEqual(
    Array.from({ length: 60 }, () => 1),
  )
  const { rows } = await pool.query<{ nonce: string }>(
    'select nonce from leg order by nonce',
  )
  expect(rows.map(({ nonce }) => Number(nonce))).toEqual(
    Array.from({ length: 60 }, (_, n) => n),
  )
  await worker.stop()
  await pool.end()
})

test('behavior: a database that takes no writes for a while: nothing is offered that is not stored, and all goes on', async () => {
  const pool = createPool({ connection: server.connection })
  await pool.query('drop schema public cascade')
  await pool.query('create schema public')
  await runMigrations(pool, journalSchema)
  const outbox = createOutbox({ pool })
  const chain = createScriptedChain()
  const unstored: Hex[] = []
  chain.levers.beforeSend = async (hash) => {
    const { rowCount } = await pool.query(
      'select 1 from attempt where hash = $1',
      [Buffer.from(hash.slice(2), 'hex')],
    )
    if (rowCount !== 1) unstored.push(hash)
  }
  const worker = await createOutboxWorker({
    outbox,
    pool,
    chain,
    sign: signForScriptedChain,
  })
  const failures: unknown[] = []
  const carryOut = createCaller(
    pool,
    createSender({ outbox, workers: [worker] }),
    (error) => failures.push(error),
  )
  const setWrites = async (may: 'write' | 'read only'): Promise<void> => {
    await pool.query(
      `alter system set default_transaction_read_only = ${may === 'write' ? 'off' : 'on'}`,
    )
    await pool.query('select pg_reload_conf()')
  }

  let done = 0
  const all = Promise.all(
    Array.from({ length: 4 }, async (_, lane) => {
      for (let n = lane + 1; n <= 40; n += 4) {
        await carryOut(n)
        done++
      }
    }),
  )
  while (done < 12) await sleep(5)
  await setWrites('read only')
  while (failures.length < 20) await sleep(5)
  const offeredBefore = chain.offered.length
  const doneBefore = done
  await sleep(500)
  // What was stored before is offered again; nothing new comes.
  const stored = new Set(
    (await pool.query<{ hash: Buffer }>('select hash from attempt')).rows.map(
      ({ hash }) => `0x${hash.toString('hex')}`,
    ),
  )
  expect(
    chain.offered.slice(offeredBefore).filter(({ hash }) => !stored.has(hash)),
  ).toEqual([])
  expect(done).toBe(doneBefore)
  await setWrites('write')
  await all
  expect(unstored).toEqual([])
  expect(
    new Set(failures.map((error) => toDatabaseError(error)?.facts.reason)),
  ).toEqual(new Set(['it takes no writes']))
  expect([...chain.countEffects().values()]).toEqual(
    Array.from({ length: 40 }, () => 1),
  )
  await worker.stop()
  await pool.end()
})
