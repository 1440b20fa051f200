import { setTimeout as sleep } from 'node:timers/promises'
import type { Address, Hex, LegOrder } from '@behest/spec'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { journalSchema } from '../schema.js'
import {
  createScriptedChain,
  type ScriptedChain,
  signForScriptedChain,
} from '../testing/createScriptedChain.js'
import {
  createTestDatabase,
  type TestDatabase,
} from '../testing/createTestDatabase.js'
import {
  type ServedChain,
  serveScriptedChain,
} from '../testing/serveScriptedChain.js'
import { startProgram, type TestProgram } from '../testing/startProgram.js'
import { faultPoints } from './createFaultPoint.js'
import { createOutbox, type Outbox } from './createOutbox.js'
import { createOutboxWorker } from './createOutboxWorker.js'
import { isSettled } from './leg.js'

const account: Address = '0x00000000000000000000000000000000000000a1'
const target: Address = '0x00000000000000000000000000000000000000b2'
const hashOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`

let database: TestDatabase
let outbox: Outbox
let chain: ScriptedChain
let served: ServedChain
let plans = 0

beforeAll(async () => {
  database = await createTestDatabase({ schemas: [journalSchema] })
  outbox = createOutbox({ pool: database.pool })
})
afterAll(() => database.drop())
beforeEach(async () => {
  await database.pool.query('truncate approval, leg, attempt, sender cascade')
})

async function queue(count: number, change: Partial<LegOrder> = {}) {
  const orders: LegOrder[] = []
  for (let i = 0; i < count; i++) {
    const n = ++plans
    const order: LegOrder = {
      legId: hashOf(1_000_000 + n),
      intentId: `i${n}`,
      planHash: hashOf(n),
      stepId: 's1',
      callIndex: 0,
      chainId: 31_337,
      account,
      to: target,
      valueWei: 5n,
      data: '0x',
      gasLimit: 21_000n,
      maxFeePerGasWei: 100_000n,
      deadlineUnixSeconds: 2_000_000,
      ...change,
    }
    await database.pool.query(
      `insert into approval (plan_hash, intent_id, by) values ($1, $2, '\\x00')`,
      [Buffer.from(order.planHash.slice(2), 'hex'), order.intentId],
    )
    await outbox.queueLegs({
      chain: await chain.readIdentity(),
      depth: chain.depth,
      legs: [order],
    })
    orders.push(order)
  }
  return orders
}

function drive(faultAt?: string): TestProgram {
  return startProgram(
    'driveOutbox',
    [database.connectionString, served.url, String(chain.depth)],
    faultAt === undefined ? {} : { BEHEST_FAULT_AT: faultAt },
  )
}

/** Every transaction that a node was handed was stored before. */
async function assertStoredFirst(): Promise<void> {
  chain.levers.beforeSend = async (hash) => {
    const { rowCount } = await database.pool.query(
      'select 1 from attempt where hash = $1',
      [Buffer.from(hash.slice(2), 'hex')],
    )
    if (rowCount !== 1) unstored.push(hash)
  }
}
let unstored: Hex[] = []

async function untilSettled(orders: readonly LegOrder[]): Promise<void> {
  for (const { legId } of orders)
    while (!isSettled((await outbox.readLeg(legId))?.state ?? 'QUEUED'))
      await sleep(10)
}

async function assertOnceEach(orders: readonly LegOrder[]): Promise<void> {
  const effects = chain.countEffects()
  for (const { legId } of orders) {
    const leg = await outbox.readLeg(legId)
    expect([legId, leg?.state, effects.get(legId) ?? 0]).toEqual([
      legId,
      leg?.state,
      leg?.state === 'FINAL' ? 1 : 0,
    ])
    expect(['FINAL', 'CANCELLED']).toContain(leg?.state)
  }
  const { rows } = await database.pool.query<{ nonce: string }>(
    'select nonce from leg where nonce is not null order by nonce',
  )
  expect(rows.map(({ nonce }) => Number(nonce))).toEqual(
    rows.map((_, index) => index),
  )
  expect(unstored).toEqual([])
}

describe('a worker that is killed', () => {
  for (const point of faultPoints)
    test(`behavior: ${point}: each leg happens once`, async () => {
      unstored = []
      chain = createScriptedChain()
      served = await serveScriptedChain(chain)
      await assertStoredFirst()
      const needsPush =
        point === 'after-bump-commit' || point === 'after-cancel-commit'
      chain.levers.automine = !needsPush
      const orders = await queue(
        3,
        point === 'after-cancel-commit'
          ? { deadlineUnixSeconds: 1_000_100 }
          : {},
      )
      const victim = drive(point)
      if (needsPush) {
        while (chain.offered.length < 3) await sleep(10)
        if (point === 'after-cancel-commit')
          chain.levers.secondsPerBlock = 1_000
        chain.levers.baseFeePerGasWei = 60_000n
        chain.mine()
      }
      expect(await victim.ended).toBe('SIGKILL')
      if (needsPush) {
        chain.levers.baseFeePerGasWei = 1_000n
        chain.levers.automine = true
      }

      const worker = await createOutboxWorker({
        outbox,
        pool: database.pool,
        chain,
        sign: signForScriptedChain,
      })
      try {
        await untilSettled(orders)
        await assertOnceEach(orders)
      } finally {
        await worker.stop()
        await served.close()
      }
    })

  test('behavior: two workers, killed at random under bad replies and reorgs', async () => {
    unstored = []
    chain = createScriptedChain({ depth: 3 })
    chain.levers.automine = false
    served = await serveScriptedChain(chain)
    await assertStoredFirst()
    let random = 7
    const next = (below: number) => {
      random = (random * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((random / 2_147_483_648) * below)
    }
    chain.levers.sendFault = () =>
      (
        ['request-lost', 'reply-lost', 'nonce-too-low', 'none', 'none'] as const
      )[next(5)] ?? 'none'
    let reorgs = 0
    const miner = setInterval(() => {
      chain.mine()
      if (next(6) === 0) {
        chain.reorg({
          depth: 1 + next(2),
          transactions: next(2) === 0 ? 'return' : 'vanish',
        })
        reorgs++
      }
      if (next(8) === 0) chain.dropPool()
    }, 25)

    const orders = await queue(40)
    const programs = [drive(), drive()]
    try {
      for (let kills = 0; kills < 6; kills++) {
        await sleep(350 + next(300))
        await programs.shift()?.kill()
        programs.push(drive())
      }
      // Calm: what is left must come to its end.
      chain.levers.sendFault = () => 'none'
      await untilSettled(orders)
    } finally {
      clearInterval(miner)
      for (const program of programs) await program.kill()
      await served.close()
    }
    expect(reorgs).toBeGreaterThan(5)
    await assertOnceEach(orders)
    for (const { legId } of orders)
      expect((await outbox.readLeg(legId))?.state).toBe('FINAL')
  })
})
