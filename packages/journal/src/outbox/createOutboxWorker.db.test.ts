import { setTimeout as sleep } from 'node:timers/promises'
import type { Address, Hex, LegOrder, SenderPort } from '@behest/spec'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from 'vitest'
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
import { createOutbox, type Outbox } from './createOutbox.js'
import {
  createOutboxWorker,
  type OutboxEvent,
  type OutboxWorker,
  type OutboxWorkerOptions,
} from './createOutboxWorker.js'
import { createSender } from './createSender.js'

const account: Address = '0x00000000000000000000000000000000000000a1'
const target: Address = '0x00000000000000000000000000000000000000b2'
const hashOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`

let database: TestDatabase
let outbox: Outbox
let chain: ScriptedChain
let workers: OutboxWorker[]
let events: OutboxEvent[]
let plans = 0

beforeAll(async () => {
  database = await createTestDatabase({ schemas: [journalSchema] })
})
afterAll(() => database.drop())
beforeEach(async () => {
  await database.pool.query(
    'truncate approval, leg, attempt, sender, halt cascade',
  )
  outbox = createOutbox({ pool: database.pool })
  chain = createScriptedChain()
  workers = []
  events = []
})
afterEach(async () => {
  for (const worker of workers) await worker.stop()
})

async function startWorker(
  change: Partial<OutboxWorkerOptions> = {},
): Promise<OutboxWorker> {
  const worker = await createOutboxWorker({
    outbox,
    pool: database.pool,
    chain,
    sign: signForScriptedChain,
    onEvent: (event) => events.push(event),
    ...change,
  })
  workers.push(worker)
  return worker
}

async function startSender(
  change: Partial<OutboxWorkerOptions> = {},
): Promise<SenderPort> {
  const worker = await startWorker(change)
  return createSender({ outbox, workers: [worker] })
}

/** A leg of a plan of its own, which is approved. */
async function toOrder(change: Partial<LegOrder> = {}): Promise<LegOrder> {
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
  await approve(order)
  return order
}

async function approve(order: {
  readonly planHash: Hex
  readonly intentId: string
}): Promise<void> {
  await database.pool.query(
    `insert into approval (plan_hash, intent_id, by) values ($1, $2, '\\x00')
     on conflict do nothing`,
    [Buffer.from(order.planHash.slice(2), 'hex'), order.intentId],
  )
}

async function until(condition: () => unknown): Promise<void> {
  while (!(await condition())) await sleep(5)
}

/** Different transactions that a node was handed; offering again counts once. */
function countOffered(): number {
  return new Set(chain.offered.map(({ hash }) => hash)).size
}

async function readNonces(): Promise<number[]> {
  const { rows } = await database.pool.query<{ nonce: string }>(
    'select nonce from leg where nonce is not null order by nonce',
  )
  return rows.map(({ nonce }) => Number(nonce))
}

describe('carryOut', () => {
  test('default', async () => {
    const sender = await startSender()
    const order = await toOrder()
    const result = await sender.carryOut(order, { waitMs: 5_000 })
    expect(result).toMatchObject({
      type: 'succeeded',
      nonce: 0,
      blockNumber: 1n,
      gasUsed: 21_000n,
      gasWei: 21_000n * 1_010n,
    })
    expect(await outbox.readLeg(order.legId)).toMatchObject({
      state: 'FINAL',
      attempts: [{ kind: 'send', lastAnswer: 'ok', status: 'success' }],
    })
  })

  test('behavior: asked 100 times at once it happens once, with one answer', async () => {
    const sender = await startSender()
    const order = await toOrder()
    expect(await sender.hasLeg(order.legId)).toBe(false)
    const results = await Promise.all(
      Array.from({ length: 100 }, () =>
        sender.carryOut(order, { waitMs: 10_000 }),
      ),
    )
    expect(await sender.hasLeg(order.legId)).toBe(true)
    for (const result of results) expect(result).toEqual(results[0])
    expect(results[0]?.type).toBe('succeeded')
    expect([...chain.countEffects().values()]).toEqual([1])
    expect(await sender.carryOut(order, { waitMs: 0 })).toEqual(results[0])
  })

  test('behavior: a revert is told as one, with its reason and cost', async () => {
    const sender = await startSender()
    const order = await toOrder({ data: '0xdead' })
    expect(await sender.carryOut(order, { waitMs: 5_000 })).toMatchObject({
      type: 'reverted',
      reason: 'told to',
      gasUsed: 21_000n,
    })
  })

  test('behavior: unknown while the chain is silent, and it goes on by itself', async () => {
    chain.levers.automine = false
    const sender = await startSender()
    const order = await toOrder()
    const patient = sender.carryOut(order, { waitMs: 30_000 })
    await until(() => countOffered() === 1)
    expect(await sender.carryOut(order, { waitMs: 50 })).toMatchObject({
      type: 'unknown',
      nonce: 0,
    })
    chain.mine()
    expect(await patient).toMatchObject({ type: 'succeeded' })
  })

  test('error: PlanNotApprovedError', async () => {
    const sender = await startSender()
    const order = await toOrder()
    await expect(
      sender.carryOut({ ...order, planHash: hashOf(999_999) }, { waitMs: 100 }),
    ).rejects.toMatchObject({ code: 'PLAN_NOT_APPROVED' })
    await expect(
      sender.carryOut({ ...order, intentId: 'another' }, { waitMs: 100 }),
    ).rejects.toMatchObject({ code: 'PLAN_NOT_APPROVED' })
    expect(chain.offered).toEqual([])
  })

  test('error: ApprovalExpiredError', async () => {
    const sender = await startSender()
    const order = await toOrder()
    await database.pool.query(
      `update approval set expires_at = now() - interval '1 second'`,
    )
    await expect(sender.carryOut(order, { waitMs: 100 })).rejects.toMatchObject(
      { code: 'APPROVAL_EXPIRED' },
    )
  })

  test('error: LegConflictError', async () => {
    const sender = await startSender()
    const order = await toOrder()
    await sender.carryOut(order, { waitMs: 5_000 })
    await expect(
      sender.carryOut({ ...order, to: account }, { waitMs: 100 }),
    ).rejects.toMatchObject({ code: 'LEG_CONFLICT' })
    await expect(
      sender.carryOut({ ...order, legId: hashOf(77) }, { waitMs: 100 }),
    ).rejects.toMatchObject({ code: 'LEG_CONFLICT' })
    expect(countOffered()).toBe(1)
  })

  test('error: SenderMissingError', async () => {
    const sender = await startSender()
    const order = await toOrder({ chainId: 5 })
    await expect(sender.carryOut(order, { waitMs: 100 })).rejects.toMatchObject(
      { code: 'SENDER_MISSING' },
    )
  })
})

describe('nonces', () => {
  test('behavior: two workers, 100 legs, 100 nonces, no hole', async () => {
    const senders = [await startSender(), await startSender()]
    const orders = await Promise.all(
      Array.from({ length: 100 }, () => toOrder()),
    )
    const results = await Promise.all(
      orders.map((order, n) =>
        (senders[n % 2] as SenderPort).carryOut(order, { waitMs: 30_000 }),
      ),
    )
    expect(new Set(results.map(({ type }) => type))).toEqual(
      new Set(['succeeded']),
    )
    expect(await readNonces()).toEqual(Array.from({ length: 100 }, (_, n) => n))
    expect([...chain.countEffects().values()]).toEqual(
      Array.from({ length: 100 }, () => 1),
    )
  })

  test('behavior: at most sixteen wait at once', async () => {
    chain.levers.automine = false
    const worker = await startWorker()
    for (let n = 0; n < 20; n++)
      await outbox.queueLegs({
        chain: worker.identity(),
        depth: 1,
        legs: [await toOrder()],
      })
    await until(() => countOffered() >= 16)
    await sleep(100)
    expect(countOffered()).toBe(16)
    chain.mine()
    await until(() => countOffered() >= 20)
  })

  test('behavior: an account that may have one waiting has one', async () => {
    chain.levers.automine = false
    const worker = await startWorker({
      chain: { ...chain, readMaxInFlight: async () => 1 },
    })
    const legs = [await toOrder(), await toOrder()]
    for (const leg of legs)
      await outbox.queueLegs({
        chain: worker.identity(),
        depth: 1,
        legs: [leg],
      })
    await until(() => countOffered() === 1)
    await sleep(100)
    expect(countOffered()).toBe(1)
    chain.mine()
    await until(() => countOffered() === 2)
  })

  test('behavior: follows the chain when others used the account meanwhile', async () => {
    const sender = await startSender()
    chain.sendForeign(account)
    await sender.carryOut(await toOrder(), { waitMs: 5_000 })
    chain.sendForeign(account)
    chain.sendForeign(account)
    await sender.carryOut(await toOrder(), { waitMs: 5_000 })
    expect(await readNonces()).toEqual([1, 4])
  })

  test('behavior: twenty failures between lock and signature leave no hole', async () => {
    let failures = 20
    const sender = await startSender({
      sign: async (transaction) => {
        if (failures-- > 0) throw new RangeError('the signer is away')
        return signForScriptedChain(transaction)
      },
    })
    const worker = workers[0] as OutboxWorker
    const result = sender.carryOut(await toOrder(), { waitMs: 30_000 })
    while (failures > 0) {
      worker.wake(account)
      await sleep(5)
    }
    expect(await result).toMatchObject({ type: 'succeeded', nonce: 0 })
  })

  test('behavior: every transaction is stored before a node sees it', async () => {
    const watcher = database.createPool()
    let checked = 0
    chain.levers.beforeSend = async (hash) => {
      const { rowCount } = await watcher.query(
        `select 1 from attempt join leg on leg.id = leg_id
         where hash = $1 and leg.nonce = attempt.nonce`,
        [Buffer.from(hash.slice(2), 'hex')],
      )
      expect(rowCount).toBe(1)
      checked++
    }
    const sender = await startSender()
    for (let n = 0; n < 5; n++)
      await sender.carryOut(await toOrder(), { waitMs: 5_000 })
    expect(checked).toBe(5)
  })
})

describe('replies', () => {
  for (const fault of ['reply-lost', 'nonce-too-low'] as const)
    test(`behavior: ${fault} after a broadcast never makes a second nonce`, async () => {
      chain.levers.sendFault = () => fault
      const sender = await startSender()
      const order = await toOrder()
      const results = []
      for (let n = 0; n < 5; n++)
        results.push(await sender.carryOut(order, { waitMs: 5_000 }))
      expect(results[4]).toMatchObject({ type: 'succeeded', nonce: 0 })
      expect(countOffered()).toBe(1)
      expect(await readNonces()).toEqual([0])
      expect([...chain.countEffects().values()]).toEqual([1])
    })

  test('behavior: a lost request is offered again with the same bytes', async () => {
    let losses = 2
    chain.levers.sendFault = () => (losses-- > 0 ? 'request-lost' : 'none')
    const sender = await startSender()
    const order = await toOrder()
    expect(await sender.carryOut(order, { waitMs: 10_000 })).toMatchObject({
      type: 'succeeded',
    })
    expect((await outbox.readLeg(order.legId))?.attempts).toHaveLength(1)
  })

  test('behavior: a transaction that left the pool is offered again, the same', async () => {
    chain.levers.automine = false
    const sender = await startSender()
    const order = await toOrder()
    const result = sender.carryOut(order, { waitMs: 10_000 })
    await until(() => countOffered() === 1)
    chain.dropPool()
    await until(() => chain.offered.length === 2)
    expect(chain.offered[1]).toEqual(chain.offered[0])
    chain.mine()
    expect(await result).toMatchObject({ type: 'succeeded' })
  })

  test('behavior: bytes that nobody takes are offered every few seconds, for good', async () => {
    chain.levers.automine = false
    const offeredAtMs: number[] = []
    // A clock that runs fifty times as fast as the real one.
    const nowMs = () => performance.now() * 50
    const sender = await startSender({
      clock: {
        nowMs,
        sleep: (ms, signal) =>
          sleep(ms / 50, undefined, { signal }).catch(() => {}),
      },
    })
    chain.levers.sendFault = () => {
      offeredAtMs.push(nowMs())
      return 'request-lost'
    }
    const order = await toOrder()
    const result = sender.carryOut(order, { waitMs: 20_000 })
    await until(
      () => (offeredAtMs.at(-1) ?? 0) - (offeredAtMs[0] ?? 0) > 60_000,
    )
    const gapsMs = offeredAtMs.map((at, n) => at - (offeredAtMs[n - 1] ?? at))
    expect(Math.max(...gapsMs)).toBeLessThan(10_000)
    chain.levers.sendFault = () => 'none'
    chain.levers.automine = true
    expect(await result).toMatchObject({ type: 'succeeded', nonce: 0 })
  })

  test('behavior: fifty empty receipts are no failure', async () => {
    chain.levers.hiddenReceipts = 50
    const sender = await startSender()
    const order = await toOrder()
    const seen = new Set<string>()
    let result = await sender.carryOut(order, { waitMs: 20 })
    while (result.type !== 'succeeded') {
      seen.add(result.type)
      result = await sender.carryOut(order, { waitMs: 20 })
    }
    expect(seen).toEqual(new Set(['unknown']))
    expect(chain.levers.hiddenReceipts).toBe(0)
    expect(await readNonces()).toEqual([0])
  })

  test('behavior: a chain that does not answer is waited for', async () => {
    const sender = await startSender()
    chain.levers.failReads = true
    const result = sender.carryOut(await toOrder(), { waitMs: 30_000 })
    await until(() => events.some(({ type }) => type === 'failed'))
    chain.levers.failReads = false
    expect(await result).toMatchObject({ type: 'succeeded' })
  })
})

describe('order', () => {
  test('behavior: each leg waits for the one before it to be final', async () => {
    chain = createScriptedChain({ depth: 2 })
    chain.levers.automine = false
    const worker = await startWorker()
    const first = await toOrder()
    const second = { ...first, legId: hashOf(88), callIndex: 1 }
    await outbox.queueLegs({
      chain: worker.identity(),
      depth: chain.depth,
      legs: [first, second],
    })
    await until(() => countOffered() === 1)
    chain.mine()
    await until(
      async () => (await outbox.readLeg(first.legId))?.state === 'MINED',
    )
    await sleep(100)
    expect(countOffered()).toBe(1)
    chain.mine()
    await until(() => countOffered() === 2)
    expect((await outbox.readLeg(first.legId))?.state).toBe('FINAL')
  })

  test('behavior: also when they were asked for one by one', async () => {
    chain = createScriptedChain({ depth: 2 })
    const sender = await startSender()
    const first = await toOrder()
    const second = { ...first, legId: hashOf(87), callIndex: 1 }
    const results = [first, second].map(async (order) => {
      await sleep(order === second ? 50 : 0)
      return sender.carryOut(order, { waitMs: 20_000 })
    })
    await until(
      async () => (await outbox.readLeg(second.legId))?.state === 'QUEUED',
    )
    await until(() => countOffered() === 1)
    await sleep(150)
    expect(countOffered()).toBe(1)
    chain.mine()
    await until(() => countOffered() === 2)
    expect((await outbox.readLeg(first.legId))?.state).toBe('FINAL')
    chain.mine()
    for (const result of await Promise.all(results))
      expect(result.type).toBe('succeeded')
  })

  test('behavior: legs after one that failed are never signed', async () => {
    const worker = await startWorker()
    const first = await toOrder({ data: '0xdead' })
    const second = {
      ...first,
      legId: hashOf(88),
      callIndex: 1,
      data: '0x' as Hex,
    }
    await outbox.queueLegs({
      chain: worker.identity(),
      depth: 1,
      legs: [first, second],
    })
    await until(
      async () => (await outbox.readLeg(second.legId))?.state === 'CANCELLED',
    )
    expect((await outbox.readLeg(first.legId))?.state).toBe('REVERTED')
    expect(countOffered()).toBe(1)
  })

  test('behavior: a step that takes back may follow one that failed', async () => {
    const sender = await startSender()
    const first = await toOrder({ data: '0xdead' })
    await sender.carryOut(first, { waitMs: 5_000 })
    const result = await sender.carryOut(
      { ...first, legId: hashOf(89), callIndex: 100, data: '0x' },
      { waitMs: 5_000 },
    )
    expect(result.type).toBe('succeeded')
  })
})

describe('blocks', () => {
  test('behavior: nothing is told before its depth, and then it is', async () => {
    chain = createScriptedChain({ depth: 3 })
    const sender = await startSender()
    const order = await toOrder()
    const patient = sender.carryOut(order, { waitMs: 30_000 })
    await until(
      async () => (await outbox.readLeg(order.legId))?.state === 'MINED',
    )
    expect(await sender.carryOut(order, { waitMs: 50 })).toMatchObject({
      type: 'unknown',
      reason: 'Mined in block 1; final after 3 blocks.',
    })
    chain.mine()
    chain.mine()
    expect(await patient).toMatchObject({ type: 'succeeded' })
  })

  for (const transactions of ['return', 'vanish'] as const)
    test(`behavior: a block that goes away puts its leg back (${transactions})`, async () => {
      chain = createScriptedChain({ depth: 3 })
      chain.levers.automine = false
      const sender = await startSender()
      const order = await toOrder()
      const result = sender.carryOut(order, { waitMs: 20_000 })
      await until(() => countOffered() === 1)
      chain.mine()
      const isMined = () => events.some(({ type }) => type === 'mined')
      await until(isMined)
      chain.reorg({ depth: 1, transactions })
      await until(() => events.some(({ type }) => type === 'reorged'))
      await until(() => chain.offered.length === 2 || transactions === 'return')
      chain.mine()
      chain.mine()
      chain.mine()
      expect(await result).toMatchObject({ type: 'succeeded', nonce: 0 })
      expect([...chain.countEffects().values()]).toEqual([1])
      expect((await outbox.readLeg(order.legId))?.attempts).toHaveLength(1)
    })

  test('behavior: a receipt that outlives its block holds nothing up', async () => {
    chain = createScriptedChain({ depth: 2 })
    chain.levers.automine = false
    chain.levers.keepsLostReceipts = true
    const sender = await startSender()
    const order = await toOrder()
    const result = sender.carryOut(order, { waitMs: 20_000 })
    await until(() => countOffered() === 1)
    chain.mine()
    await until(() => events.some(({ type }) => type === 'mined'))
    chain.reorg({ depth: 1, transactions: 'vanish' })
    await until(() => events.some(({ type }) => type === 'reorged'))
    const offered = chain.offered.length
    await until(() => chain.offered.length > offered)
    chain.mine()
    chain.mine()
    expect((await result).type).toBe('succeeded')
    expect(chain.countEffects().get(order.legId)).toBe(1)
  })

  test('behavior: while nodes do not agree on the block nothing is told', async () => {
    let doAgree = false
    const sender = await startSender({
      chain: {
        ...chain,
        readBlockHash: async (blockNumber) =>
          doAgree ? chain.readBlockHash(blockNumber) : null,
      },
    })
    const order = await toOrder()
    const patient = sender.carryOut(order, { waitMs: 200 })
    await until(
      async () => (await outbox.readLeg(order.legId))?.state === 'SENT',
    )
    expect(await patient).toMatchObject({ type: 'unknown' })
    expect((await outbox.readLeg(order.legId))?.state).toBe('SENT')
    doAgree = true
    expect(await sender.carryOut(order, { waitMs: 5_000 })).toMatchObject({
      type: 'succeeded',
    })
  })

  test('behavior: a chain that takes back what was final halts the sender', async () => {
    const sender = await startSender()
    await sender.carryOut(await toOrder(), { waitMs: 5_000 })
    chain.reorg({ depth: 1, transactions: 'vanish' })
    const order = await toOrder()
    const result = sender.carryOut(order, { waitMs: 1_500 })
    await until(() => events.some(({ type }) => type === 'halted'))
    expect(await result).toMatchObject({ type: 'unknown' })
    expect((await outbox.readLeg(order.legId))?.state).toBe('QUEUED')
    expect(countOffered()).toBe(1)
  })

  for (const moment of ['before the next leg', 'when it starts'] as const)
    test(`behavior: a local chain that lost its last moments gets them again ${moment}`, async () => {
      const worker = await startWorker({ whenFinalIsLost: 'offer-again' })
      const sender = createSender({ outbox, workers: [worker] })
      const orders = [await toOrder(), await toOrder()]
      for (const order of orders)
        await sender.carryOut(order, { waitMs: 5_000 })
      chain.reorg({ depth: 2, transactions: 'vanish' })
      expect([...chain.countEffects().values()]).toEqual([])
      if (moment === 'when it starts') {
        await worker.stop()
        await startWorker({ whenFinalIsLost: 'offer-again' })
      } else {
        const next = await toOrder()
        expect(await sender.carryOut(next, { waitMs: 20_000 })).toMatchObject({
          type: 'succeeded',
          nonce: 2,
        })
        orders.push(next)
      }
      for (const { legId } of orders)
        await until(
          async () => (await outbox.readLeg(legId))?.state === 'FINAL',
        )
      expect([...chain.countEffects().values()]).toEqual(orders.map(() => 1))
      for (const { legId } of orders)
        expect((await outbox.readLeg(legId))?.attempts).toHaveLength(1)
    })

  test('behavior: also when the next leg was signed already above the gap', async () => {
    const worker = await startWorker({ whenFinalIsLost: 'offer-again' })
    const sender = createSender({ outbox, workers: [worker] })
    const first = await toOrder()
    await sender.carryOut(first, { waitMs: 5_000 })
    chain.levers.automine = false
    const second = await toOrder()
    const result = sender.carryOut(second, { waitMs: 30_000 })
    await until(() => countOffered() === 2)
    chain.reorg({ depth: 1, transactions: 'vanish' })
    await until(() => events.some(({ type }) => type === 'reopened'))
    chain.levers.automine = true
    expect(await result).toMatchObject({ type: 'succeeded', nonce: 1 })
    await until(
      async () => (await outbox.readLeg(first.legId))?.state === 'FINAL',
    )
    expect([...chain.countEffects().values()]).toEqual([1, 1])
  })

  test('behavior: another chain under the same id gets nothing of the old one', async () => {
    chain.levers.automine = false
    const sender = await startSender()
    const sent = await toOrder()
    const lost = sender.carryOut(sent, { waitMs: 200 })
    await until(
      async () => (await outbox.readLeg(sent.legId))?.state === 'SENT',
    )
    await lost
    chain.restart()
    chain.levers.automine = true
    const result = await sender.carryOut(sent, { waitMs: 5_000 })
    expect(result.type).toBe('unknown')
    expect((await outbox.readLeg(sent.legId))?.state).toBe('CHAIN_GONE')
    expect(countOffered()).toBe(1)
    const fresh = await toOrder()
    expect(await sender.carryOut(fresh, { waitMs: 5_000 })).toMatchObject({
      type: 'succeeded',
      nonce: 0,
    })
  })

  test('behavior: a chain that comes back is noticed without new work, and its legs go on', async () => {
    chain.levers.automine = false
    let isAway = false
    const wandering = {
      ...chain,
      readIdentity: async () =>
        isAway ? '31337:another' : chain.readIdentity(),
    }
    const sender = await startSender({ chain: wandering })
    const sent = await toOrder()
    await sender.carryOut(sent, { waitMs: 200 })
    const readState = async () => (await outbox.readLeg(sent.legId))?.state
    await until(async () => (await readState()) === 'SENT')
    isAway = true
    await until(async () => (await readState()) === 'CHAIN_GONE')
    isAway = false
    chain.levers.automine = true
    chain.mine()
    await until(async () => (await readState()) === 'FINAL')
    expect([...chain.countEffects().values()]).toEqual([1])
  })

  test('behavior: a chain that is exchanged between two questions halts nobody', async () => {
    let isAway = false
    const wandering: typeof chain = {
      ...chain,
      readIdentity: async () =>
        isAway ? '31337:another' : chain.readIdentity(),
      readNonce: async (of) => {
        if (of.include === 'mined') isAway = true
        return isAway ? 0 : chain.readNonce(of)
      },
      readReceipt: async (hash) => (isAway ? null : chain.readReceipt(hash)),
    }
    const sender = createSender({
      outbox,
      workers: [await startWorker()],
    })
    await sender.carryOut(await toOrder(), { waitMs: 5_000 })
    await workers.pop()?.stop()
    const other = createSender({
      outbox,
      workers: [await startWorker({ chain: wandering })],
    })
    await other.carryOut(await toOrder(), { waitMs: 50 })
    await until(() => events.some(({ type }) => type === 'chain-changed'))
    expect(events.filter(({ type }) => type === 'halted')).toEqual([])
    const { halted } = await outbox.readSender({
      chain: await chain.readIdentity(),
      address: account,
    })
    expect(halted).toBeUndefined()
  })

  test('behavior: after drain nothing is signed, and what was signed goes on', async () => {
    chain.levers.automine = false
    const worker = await startWorker()
    const sender = createSender({ outbox, workers: [worker] })
    const before = await toOrder()
    const first = sender.carryOut(before, { waitMs: 10_000 })
    await until(
      async () => (await outbox.readLeg(before.legId))?.state === 'SENT',
    )
    worker.drain()
    const after = await toOrder()
    expect(await sender.carryOut(after, { waitMs: 300 })).toMatchObject({
      type: 'unknown',
    })
    chain.mine()
    expect(await first).toMatchObject({ type: 'succeeded' })
    await sleep(300)
    expect((await outbox.readLeg(after.legId))?.state).toBe('QUEUED')
    await worker.stop()
    // Nothing is lost: the next process signs it.
    chain.levers.automine = true
    await startWorker()
    await until(
      async () => (await outbox.readLeg(after.legId))?.state === 'FINAL',
    )
  })

  test('behavior: after drain nobody is even asked to sign, for a new leg or a dearer fee', async () => {
    chain.levers.automine = false
    let looks = 0
    const asked: string[] = []
    const worker = await startWorker({
      chain: {
        ...chain,
        readHead: async () => {
          looks += 1
          return chain.readHead()
        },
      },
      sign: async (transaction) => {
        asked.push(transaction.purpose)
        return signForScriptedChain(transaction)
      },
    })
    const sender = createSender({ outbox, workers: [worker] })
    const before = await toOrder()
    void sender.carryOut(before, { waitMs: 0 })
    await until(
      async () => (await outbox.readLeg(before.legId))?.state === 'SENT',
    )
    worker.drain()
    const after = await toOrder()
    void sender.carryOut(after, { waitMs: 0 })
    await until(async () => (await outbox.readLeg(after.legId)) !== undefined)
    // It falls behind, and would be replaced at once.
    chain.levers.baseFeePerGasWei = 60_000n
    chain.mine()
    const then = looks
    await until(() => looks >= then + 5)
    expect(asked).toEqual(['send'])
    // Nor does it find that out the hard way each time.
    expect(events.filter(({ type }) => type === 'failed')).toEqual([])
  })

  test('behavior: of several that are signed together, none after drain', async () => {
    chain.levers.automine = false
    let asked = 0
    const worker = await startWorker({
      sign: async (transaction) => {
        asked += 1
        // The end comes while the first of the two is signed.
        worker.drain()
        return signForScriptedChain(transaction)
      },
    })
    const sender = createSender({ outbox, workers: [worker] })
    const orders = [await toOrder(), await toOrder()]
    await outbox.setHalt({ scope: 'all', reason: 'until both are there' })
    for (const order of orders) {
      void sender.carryOut(order, { waitMs: 0 })
      await until(async () => outbox.readLeg(order.legId))
    }
    await outbox.clearHalt('all')
    worker.wake(account)
    await until(
      async () => (await outbox.readLeg(orders[0]?.legId ?? ''))?.nonce === 0,
    )
    expect((await outbox.readLeg(orders[1]?.legId ?? ''))?.state).toBe('QUEUED')
    expect(asked).toBe(1)
  })

  test('behavior: none of several senders sends what is of the old chain', async () => {
    chain.levers.automine = false
    const others = ['a1', 'a2', 'a3', 'a4'].map(
      (end) => `0x${'0'.repeat(38)}${end}` as Address,
    )
    // Slow enough that all of them ask before the first one hears.
    const slow = {
      ...chain,
      readIdentity: async () => {
        await sleep(300)
        return chain.readIdentity()
      },
    }
    const sender = await startSender({ chain: slow })
    const orders = await Promise.all(
      others.map((one) => toOrder({ account: one })),
    )
    const waiting = orders.map((one) => sender.carryOut(one, { waitMs: 200 }))
    await until(() => countOffered() === others.length)
    await Promise.all(waiting)
    chain.restart()
    for (const { legId } of orders)
      await until(
        async () => (await outbox.readLeg(legId))?.state === 'CHAIN_GONE',
      )
    // What was looked at a moment before it changed may still be offered.
    const before = chain.offered.length
    // Until those that asked before have heard as well.
    await sleep(800)
    expect(chain.offered.length).toBe(before)
  })

  test('behavior: a node of another chain that answers once ends nothing', async () => {
    chain.levers.automine = false
    const queued = await toOrder()
    await outbox.queueLegs({
      chain: await chain.readIdentity(),
      depth: 1,
      legs: [queued],
    })
    const { readIdentity } = chain
    let lies = 1
    const seen = new Set<string>()
    const lying = {
      ...chain,
      readIdentity: async () => (lies-- > 0 ? '31337:another' : readIdentity()),
    }
    const off = outbox.onLegChange(async (legId) => {
      seen.add((await outbox.readLeg(legId))?.state ?? '')
    })
    const sender = createSender({
      outbox,
      workers: [await startWorker({ chain: lying })],
    })
    const result = sender.carryOut(queued, { waitMs: 20_000 })
    await until(
      async () => (await outbox.readLeg(queued.legId))?.state === 'SENT',
    )
    lies = 1
    chain.levers.secondsPerBlock = 1
    await until(() => lies <= 0)
    chain.mine()
    expect(await result).toMatchObject({ type: 'succeeded', nonce: 0 })
    off()
    expect(seen).not.toContain('CHAIN_GONE')
    expect(events.map(({ type }) => type)).not.toContain('chain-changed')
  })
})

describe('nodes that lag behind', () => {
  test('behavior: deep enough, and yet not final while the node does not call it so', async () => {
    let final = 0n
    const sender = await startSender({
      chain: { ...chain, readFinalizedNumber: async () => final },
    })
    const order = await toOrder()
    const result = sender.carryOut(order, { waitMs: 60_000 })
    await until(
      async () => (await outbox.readLeg(order.legId))?.state === 'MINED',
    )
    chain.mine()
    chain.mine()
    expect(await sender.carryOut(order, { waitMs: 200 })).toMatchObject({
      type: 'unknown',
      reason: expect.stringContaining('Mined in block'),
    })
    final = 100n
    expect(await result).toMatchObject({ type: 'succeeded' })
  })

  test('behavior: one that has our last receipt, and counts one nonce less, has lost nothing', async () => {
    let lagging = 0
    const sender = await startSender({
      chain: {
        ...chain,
        readNonce: async (of) =>
          of.include === 'mined' && lagging-- > 0 ? 0 : chain.readNonce(of),
      },
    })
    expect(
      await sender.carryOut(await toOrder(), { waitMs: 60_000 }),
    ).toMatchObject({ type: 'succeeded', nonce: 0 })
    lagging = 2
    expect(
      await sender.carryOut(await toOrder(), { waitMs: 60_000 }),
    ).toMatchObject({ type: 'succeeded', nonce: 1 })
    expect(lagging).toBeLessThanOrEqual(0)
    expect(events.map(({ type }) => type)).not.toContain('halted')
  })
})

describe('fees and deadlines', () => {
  test('behavior: what is late before it is signed never is, by the time of the chain', async () => {
    const sender = await startSender()
    // The chain began at a million seconds; our own clock is far past both.
    const late = await toOrder({ deadlineUnixSeconds: 999_999 })
    expect(await sender.carryOut(late, { waitMs: 60_000 })).toEqual({
      type: 'not-sent',
      reason: 'Its deadline passed before it was signed.',
    })
    expect(chain.offered).toEqual([])
    expect(
      await sender.carryOut(await toOrder({ deadlineUnixSeconds: 1_000_100 }), {
        waitMs: 60_000,
      }),
    ).toMatchObject({ type: 'succeeded', nonce: 0 })
  })

  test('behavior: a fee that fell behind is raised, under the cap, same nonce', async () => {
    chain.levers.automine = false
    const sender = await startSender()
    const order = await toOrder()
    const result = sender.carryOut(order, { waitMs: 20_000 })
    await until(() => countOffered() === 1)
    chain.levers.baseFeePerGasWei = 60_000n
    chain.mine()
    await until(() => countOffered() >= 2)
    chain.mine()
    expect(await result).toMatchObject({ type: 'succeeded', nonce: 0 })
    const attempts = (await outbox.readLeg(order.legId))?.attempts ?? []
    expect(attempts.map(({ kind, nonce }) => [kind, nonce])).toEqual([
      ['send', 0],
      ['bump', 0],
    ])
    for (const { maxFeePerGasWei } of attempts)
      expect(maxFeePerGasWei).toBeLessThanOrEqual(order.maxFeePerGasWei)
  })

  test('behavior: the older of two attempts may win', async () => {
    chain.levers.automine = false
    chain.levers.sendFault = ({ purpose }) =>
      purpose === 'bump' ? 'request-lost' : 'none'
    const sender = await startSender()
    const order = await toOrder()
    const result = sender.carryOut(order, { waitMs: 20_000 })
    await until(() => countOffered() === 1)
    chain.levers.baseFeePerGasWei = 60_000n
    chain.mine()
    await until(
      async () => (await outbox.readLeg(order.legId))?.attempts.length === 2,
    )
    chain.levers.baseFeePerGasWei = 1_000n
    chain.mine()
    const [first] = (await outbox.readLeg(order.legId))?.attempts ?? []
    expect(await result).toMatchObject({ type: 'succeeded', hash: first?.hash })
  })

  test('behavior: above the cap it waits unsigned, then goes', async () => {
    chain.levers.baseFeePerGasWei = 200_000n
    const sender = await startSender()
    const order = await toOrder()
    const patient = sender.carryOut(order, { waitMs: 200 })
    await until(async () => (await outbox.readLeg(order.legId))?.reason)
    expect(await patient).toMatchObject({ type: 'unknown' })
    expect(await sender.carryOut(order, { waitMs: 0 })).toEqual({
      type: 'unknown',
      reason:
        'Not signed: the base fee of 200000 wei is above what was approved.',
    })
    expect(await readNonces()).toEqual([])
    chain.levers.baseFeePerGasWei = 1_000n
    expect(await sender.carryOut(order, { waitMs: 5_000 })).toMatchObject({
      type: 'succeeded',
    })
  })

  test('behavior: past its deadline an unsigned leg is not sent', async () => {
    const sender = await startSender()
    const order = await toOrder({ deadlineUnixSeconds: 999_999 })
    expect(await sender.carryOut(order, { waitMs: 5_000 })).toEqual({
      type: 'not-sent',
      reason: 'Its deadline passed before it was signed.',
    })
    expect(chain.offered).toEqual([])
  })

  test('behavior: past its deadline a sent leg is cancelled, and either may win', async () => {
    for (const winner of ['cancel', 'send'] as const) {
      chain = createScriptedChain()
      chain.restart()
      await database.pool.query('truncate leg, attempt, sender cascade')
      chain.levers.automine = false
      const sender = await startSender()
      const order = await toOrder({ deadlineUnixSeconds: 1_000_100 })
      const result = sender.carryOut(order, { waitMs: 20_000 })
      await until(() => countOffered() === 1)
      chain.levers.sendFault = ({ purpose }) =>
        purpose === 'cancel' && winner === 'send' ? 'request-lost' : 'none'
      chain.levers.secondsPerBlock = 1_000
      chain.levers.baseFeePerGasWei = 3_000n
      chain.mine()
      await until(
        async () => (await outbox.readLeg(order.legId))?.state === 'CANCELLING',
      )
      await until(() => winner === 'send' || countOffered() === 2)
      chain.levers.baseFeePerGasWei = 1_000n
      chain.mine()
      expect(await result).toMatchObject(
        winner === 'send'
          ? { type: 'succeeded', nonce: 0 }
          : {
              type: 'not-sent',
              reason: 'Its deadline passed; its nonce went to a cancellation.',
            },
      )
      expect(chain.countEffects().get(order.legId) ?? 0).toBe(
        winner === 'send' ? 1 : 0,
      )
      for (const worker of workers.splice(0)) await worker.stop()
    }
  })
})

describe('strangers', () => {
  test('behavior: a nonce that somebody else used ends the leg, with proof', async () => {
    chain.levers.automine = false
    const sender = await startSender()
    const order = await toOrder()
    const result = sender.carryOut(order, { waitMs: 20_000 })
    await until(() => countOffered() === 1)
    const foreign = chain.sendForeign(account)
    const ended = await result
    expect(ended).toMatchObject({ type: 'not-sent' })
    expect(ended).toHaveProperty('reason', expect.stringContaining(foreign))
    expect((await outbox.readLeg(order.legId))?.state).toBe('FOREIGN_NONCE')
    chain.levers.automine = true
    expect(
      await sender.carryOut(await toOrder(), { waitMs: 5_000 }),
    ).toMatchObject({ type: 'succeeded', nonce: 1 })
  })

  test('behavior: not before its block is deep and final, for it may go away again', async () => {
    chain = createScriptedChain({ depth: 3 })
    chain.levers.automine = false
    let looks = 0
    let final = 100n
    const watched: ScriptedChain = {
      ...chain,
      findTransactionByNonce: async (of) => {
        const found = await chain.findTransactionByNonce(of)
        if (found !== null) looks += 1
        return found
      },
      readFinalizedNumber: async () => final,
    }
    /** What it does with it is seen at the looks after the first. */
    const looksAgain = () => {
      const before = looks
      return until(() => looks >= before + 3)
    }
    const sender = await startSender({
      chain: watched,
      // Twenty times as fast: it looks again after up to four seconds.
      clock: {
        nowMs: () => performance.now() * 20,
        sleep: async (milliseconds, signal) => {
          await sleep(milliseconds / 20, undefined, { signal }).catch(() => {})
        },
      },
    })
    const order = await toOrder()
    const readState = async () => (await outbox.readLeg(order.legId))?.state
    const result = sender.carryOut(order, { waitMs: 60_000 })
    await until(() => countOffered() === 1)
    chain.sendForeign(account)
    await looksAgain()
    expect(await readState()).toBe('SENT')
    // It went away, and ours has its nonce again.
    chain.reorg({ depth: 1, transactions: 'vanish' })
    // Deep enough, and yet the node does not call it final.
    final = 0n
    chain.sendForeign(account)
    chain.mine()
    chain.mine()
    await looksAgain()
    expect(await readState()).toBe('SENT')
    final = 100n
    expect(await result).toMatchObject({ type: 'not-sent' })
    expect(await readState()).toBe('FOREIGN_NONCE')
  })
})

describe('halts', () => {
  test('behavior: the kill switch holds from the next signature on', async () => {
    const sender = await startSender()
    for (const scope of ['all', 'chain:31337', `account:${account}`]) {
      await outbox.setHalt({ scope, reason: 'looking into it' })
      const order = await toOrder()
      const before = countOffered()
      const patient = sender.carryOut(order, { waitMs: 150 })
      await until(async () => (await outbox.readLeg(order.legId))?.reason)
      expect(await patient).toMatchObject({ type: 'unknown' })
      expect(await sender.carryOut(order, { waitMs: 0 })).toEqual({
        type: 'unknown',
        reason: `Not signed: halted (${scope}: looking into it)`,
      })
      expect(countOffered()).toBe(before)
      await outbox.clearHalt(scope)
      const result = await sender.carryOut(order, { waitMs: 5_000 })
      expect(result.type).toBe('succeeded')
      expect(result).not.toHaveProperty('reason')
    }
  })

  test('behavior: who stops the account whose money it is stops who acts for it', async () => {
    const sender = await startSender()
    const owner = `0x${'ab'.repeat(20)}` as const
    await outbox.setHalt({ scope: `account:${owner}`, reason: 'stop' })
    const order = { ...(await toOrder()), onBehalfOf: owner }
    expect(await sender.carryOut(order, { waitMs: 150 })).toMatchObject({
      type: 'unknown',
    })
    // Others go on, and so does what only takes back.
    expect(
      await sender.carryOut(await toOrder(), { waitMs: 5_000 }),
    ).toMatchObject({ type: 'succeeded' })
    expect(
      await sender.carryOut(
        { ...(await toOrder()), onBehalfOf: owner, givesNothing: true },
        { waitMs: 5_000 },
      ),
    ).toMatchObject({ type: 'succeeded' })
    expect((await outbox.readLeg(order.legId))?.state).toBe('QUEUED')
    await outbox.clearHalt(`account:${owner}`)
    expect(await sender.carryOut(order, { waitMs: 5_000 })).toMatchObject({
      type: 'succeeded',
    })
  })

  test('behavior: a worker whose lock is gone signs nothing, and takes it again', async () => {
    const sender = await startSender()
    await sender.carryOut(await toOrder(), { waitMs: 5_000 })
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'behest-outbox' and datname = current_database()`,
    )
    expect(
      await sender.carryOut(await toOrder(), { waitMs: 10_000 }),
    ).toMatchObject({ type: 'succeeded', nonce: 1 })
  })

  test('behavior: after stop nothing is signed', async () => {
    const worker = await startWorker()
    await worker.stop()
    await outbox.queueLegs({
      chain: worker.identity(),
      depth: 1,
      legs: [await toOrder()],
    })
    worker.wake(account)
    await sleep(200)
    expect(chain.offered).toEqual([])
  })
})
