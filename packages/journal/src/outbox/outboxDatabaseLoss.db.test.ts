import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Hex, LegResult } from '@behest/spec'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runMigrations } from '../migrations/runMigrations.js'
import { createPool } from '../postgres/connect.js'
import {
  type EmbeddedPostgres,
  startPostgres,
} from '../postgres/startPostgres.js'
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

  /** Asks until there is an answer, as a caller does whose database went away. */
  async function carryOut(n: number): Promise<LegResult> {
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
      } catch {
        await sleep(20)
      }
  }

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
