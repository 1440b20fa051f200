import type { Address, Hex, LegOrder } from '@behest/spec'
import type pg from 'pg'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from 'vitest'
import { connectClient } from '../postgres/connect.js'
import { journalSchema } from '../schema.js'
import { signForScriptedChain } from '../testing/createScriptedChain.js'
import {
  createTestDatabase,
  type TestDatabase,
} from '../testing/createTestDatabase.js'
import {
  createOutbox,
  type Outbox,
  type SignedLeg,
  type SignNextResult,
} from './createOutbox.js'
import { LegConflictError, SenderLockLostError } from './errors.js'
import { toLegResult } from './leg.js'
import type { SignTransaction } from './outboxChain.js'
import { type SenderLock, takeSenderLock } from './senderLock.js'

const account: Address = '0x00000000000000000000000000000000000000a1'
const target: Address = '0x00000000000000000000000000000000000000b2'
const chain = '31337:test'
const hashOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const planHash = hashOf(1)

let database: TestDatabase
let outbox: Outbox
let client: pg.Client
let lock: SenderLock

beforeAll(async () => {
  database = await createTestDatabase({ schemas: [journalSchema] })
  outbox = createOutbox({ pool: database.pool })
})
afterAll(() => database.drop())
beforeEach(async () => {
  await database.pool.query('truncate approval, leg, attempt, sender cascade')
  await approve(planHash)
  client = await connectClient({ connection: database.connection })
  lock = (await takeSenderLock(client, {
    chain,
    address: account,
  })) as SenderLock
})
afterEach(() => client.end())

async function approve(hash: Hex): Promise<void> {
  await database.pool.query(
    `insert into approval (plan_hash, intent_id, by) values ($1, 'i1', '\\x00')`,
    [Buffer.from(hash.slice(2), 'hex')],
  )
}

async function readConsumer(): Promise<string | null> {
  const { rows } = await database.pool.query<{ consumed_by: string | null }>(
    'select consumed_by from approval where plan_hash = $1',
    [Buffer.from(planHash.slice(2), 'hex')],
  )
  return rows[0]?.consumed_by ?? null
}

function toOrder(change: Partial<LegOrder> = {}): LegOrder {
  return {
    legId: hashOf(11),
    intentId: 'i1',
    planHash,
    stepId: 's1',
    callIndex: 0,
    chainId: 31_337,
    account,
    to: target,
    valueWei: 2n ** 255n,
    data: '0xc0ffee',
    gasLimit: 21_000n,
    maxFeePerGasWei: 2n ** 200n,
    deadlineUnixSeconds: 2_000_000_000,
    ...change,
  }
}

function queue(...legs: LegOrder[]) {
  return outbox.queueLegs({ chain, depth: 1, legs })
}

/** The one that was signed. */
function toOnly(result: SignNextResult): SignedLeg {
  const [one, ...others] = result.type === 'signed' ? result.signed : []
  if (one === undefined || others.length > 0)
    throw new TypeError(`Not exactly one was signed: ${result.type}.`)
  return one
}

/** Legs of as many plans, all approved. */
async function queueSeveral(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    if (n > 0) await approve(hashOf(100 + n))
    await queue(
      toOrder({
        legId: hashOf(200 + n),
        planHash: n === 0 ? planHash : hashOf(100 + n),
      }),
    )
  }
}

function signNext(
  change: {
    lock?: SenderLock
    maxInFlight?: number
    sign?: SignTransaction
  } = {},
) {
  return outbox.signNext({
    chain,
    address: account,
    lock,
    maxInFlight: 16,
    getFees: () => ({ maxFeePerGasWei: 7n, maxPriorityFeePerGasWei: 1n }),
    sign: signForScriptedChain,
    faultPoint: () => {},
    ...change,
  })
}

const align = (nonce: number) =>
  outbox.alignNextNonce({ chain, address: account, nonce })

describe('queueLegs', () => {
  test('default: amounts come back as they went in', async () => {
    const [leg] = await queue(toOrder())
    expect(leg).toMatchObject({
      state: 'QUEUED',
      valueWei: 2n ** 255n,
      maxFeeCapWei: 2n ** 200n,
      data: '0xc0ffee',
      to: target,
      nonce: undefined,
      attempts: [],
    })
    expect(await readConsumer()).toBe(hashOf(11))
  })

  test('behavior: approval and legs, or neither', async () => {
    await expect(
      queue(toOrder(), toOrder({ legId: hashOf(12) })),
    ).rejects.toThrow(LegConflictError)
    expect(await readConsumer()).toBeNull()
    expect(await outbox.readLeg(hashOf(11))).toBeUndefined()
  })

  test('behavior: the same leg again stays as it was first', async () => {
    await queue(toOrder())
    const [again] = await queue(toOrder({ data: '0xdead', valueWei: 9n }))
    expect(again).toMatchObject({ data: '0xc0ffee', valueWei: 2n ** 255n })
    expect(await outbox.readLegsOfIntent('i1')).toHaveLength(1)
  })
})

describe('signNext', () => {
  test('default: nonce, bytes and counter in one', async () => {
    await align(4)
    await queue(toOrder())
    const result = await signNext()
    expect(result).toMatchObject({
      type: 'signed',
      signed: [
        {
          leg: { state: 'SIGNED', nonce: 4 },
          attempt: { kind: 'send', nonce: 4, maxFeePerGasWei: 7n },
        },
      ],
    })
    expect(await outbox.readSender({ chain, address: account })).toMatchObject({
      nextNonce: 5,
      inFlight: 1,
    })
    expect(await signNext()).toEqual({ type: 'idle' })
  })

  test('behavior: what was queued is what is signed', async () => {
    await align(0)
    await queue(toOrder())
    const signed: unknown[] = []
    await outbox.signNext({
      chain,
      address: account,
      lock,
      maxInFlight: 16,
      getFees: () => ({ maxFeePerGasWei: 7n, maxPriorityFeePerGasWei: 1n }),
      sign: async (transaction) => {
        signed.push(transaction)
        return signForScriptedChain(transaction)
      },
      faultPoint: () => {},
    })
    expect(signed).toEqual([
      {
        purpose: 'send',
        legId: hashOf(11),
        planHash,
        chainId: 31_337,
        from: account,
        to: target,
        valueWei: 2n ** 255n,
        data: '0xc0ffee',
        nonce: 0,
        gasLimit: 21_000n,
        maxFeePerGasWei: 7n,
        maxPriorityFeePerGasWei: 1n,
      },
    ])
  })

  test('behavior: the counter is not moved while a nonce is open', async () => {
    await align(4)
    await queue(toOrder())
    await signNext()
    expect(await align(9)).toBe(false)
    expect(await outbox.readSender({ chain, address: account })).toMatchObject({
      nextNonce: 5,
    })
  })

  test('behavior: several at once, in order, and no more than may be in flight', async () => {
    await align(4)
    await queueSeveral(5)
    const result = await signNext({ maxInFlight: 3 })
    const signed = result.type === 'signed' ? result.signed : []
    expect(signed.map(({ leg }) => [leg.id, leg.nonce])).toEqual([
      [hashOf(200), 4],
      [hashOf(201), 5],
      [hashOf(202), 6],
    ])
    expect(await outbox.readSender({ chain, address: account })).toMatchObject({
      nextNonce: 7,
      inFlight: 3,
    })
    expect(await signNext({ maxInFlight: 3 })).toEqual({ type: 'idle' })
    expect((await outbox.readLeg(hashOf(201)))?.attempts).toMatchObject([
      { nonce: 5, hash: signed[1]?.attempt.hash },
    ])
  })

  test('behavior: of one plan, one step at a time', async () => {
    await align(0)
    await queue(toOrder(), toOrder({ legId: hashOf(12), callIndex: 1 }))
    expect(toOnly(await signNext()).leg.id).toBe(hashOf(11))
    expect(await signNext()).toEqual({ type: 'idle' })
  })

  test('behavior: the kill switch holds from the next signature on', async () => {
    await align(0)
    await queueSeveral(3)
    const result = await signNext({
      sign: async (transaction) => {
        if (transaction.nonce === 1)
          await outbox.setHalt({ scope: 'all', reason: 'enough' })
        return signForScriptedChain(transaction)
      },
    })
    expect(result.type === 'signed' && result.signed.length).toBe(2)
    expect(await signNext()).toEqual({ type: 'halted', reason: 'all: enough' })
    await outbox.clearHalt('all')
    expect(toOnly(await signNext()).leg).toMatchObject({
      id: hashOf(202),
      nonce: 2,
    })
  })

  test('behavior: one that is refused undoes none before it, and is told next', async () => {
    await align(0)
    await queueSeveral(3)
    const sign: SignTransaction = async (transaction) => {
      if (transaction.legId === hashOf(201)) throw new RangeError('refused')
      return signForScriptedChain(transaction)
    }
    expect(toOnly(await signNext({ sign })).leg.id).toBe(hashOf(200))
    await expect(signNext({ sign })).rejects.toThrow('refused')
    expect(await outbox.readSender({ chain, address: account })).toMatchObject({
      nextNonce: 1,
      inFlight: 1,
    })
  })

  test('error: SenderLockLostError', async () => {
    await align(0)
    await queue(toOrder())
    const other = await connectClient({ connection: database.connection })
    expect(
      await takeSenderLock(other, { chain, address: account }),
    ).toBeUndefined()
    await client.end()
    const stolen = (await takeSenderLock(other, {
      chain,
      address: account,
    })) as SenderLock
    await expect(signNext()).rejects.toThrow(SenderLockLostError)
    expect((await outbox.readLeg(hashOf(11)))?.state).toBe('QUEUED')
    expect(toOnly(await signNext({ lock: stolen })).attempt.nonce).toBe(0)
    await other.end()
  })
})

describe('arrows', () => {
  const receipt = (hash: Hex) => ({
    hash,
    blockNumber: 9n,
    blockHash: hashOf(99),
    status: 'success' as const,
    gasUsed: 10n,
    effectiveGasPriceWei: 3n,
  })

  test('behavior: each leaves only the states that it may leave', async () => {
    await align(0)
    await queue(toOrder())
    const legId = hashOf(11)
    const readState = async () => (await outbox.readLeg(legId))?.state
    await outbox.settleMined([legId])
    await outbox.recordMined([{ legId, receipt: receipt(hashOf(5)) }])
    expect(await readState()).toBe('QUEUED')
    const signed = toOnly(await signNext())
    const { hash } = signed.attempt
    await outbox.recordOffers([{ legId, hash, answer: 'ok\0', headNumber: 1n }])
    expect(await readState()).toBe('SENT')
    await outbox.settleMined([legId])
    expect(await readState()).toBe('SENT')
    await outbox.recordMined([{ legId, receipt: receipt(hash) }])
    expect(toLegResult((await outbox.readLeg(legId))!).type).toBe('unknown')
    await outbox.recordReorged(legId)
    expect(await outbox.readLeg(legId)).toMatchObject({
      state: 'SENT',
      attempts: [{ blockHash: undefined, status: undefined }],
    })
    await outbox.recordMined([{ legId, receipt: receipt(hash) }])
    expect(await outbox.settleMined([legId])).toEqual([
      { legId, state: 'FINAL' },
    ])
    await outbox.recordReorged(legId)
    await outbox.settleUnmined({
      legId,
      from: ['SENT', 'SIGNED'],
      to: 'CANCELLED',
      reason: 'no',
    })
    expect(await readState()).toBe('FINAL')
    expect(toLegResult((await outbox.readLeg(legId))!)).toEqual({
      type: 'succeeded',
      hash,
      nonce: 0,
      blockNumber: 9n,
      gasUsed: 10n,
      gasWei: 30n,
    })
  })

  test('behavior: a replacement is refused when the leg moved on', async () => {
    await align(0)
    await queue(toOrder())
    const { leg } = toOnly(await signNext())
    const replace = () =>
      outbox.signReplacement({
        leg,
        lock,
        purpose: 'bump',
        fees: { maxFeePerGasWei: 9n, maxPriorityFeePerGasWei: 2n },
        sign: signForScriptedChain,
      })
    const both = await Promise.all([replace(), replace()])
    expect(both.filter((attempt) => attempt !== undefined)).toHaveLength(1)
    expect((await outbox.readLeg(leg.id))?.attempts).toHaveLength(2)
  })

  test('error: a replacement by who has lost the lock', async () => {
    await align(0)
    await queue(toOrder())
    const { leg } = toOnly(await signNext())
    await client.end()
    for (const purpose of ['bump', 'cancel'] as const)
      await expect(
        outbox.signReplacement({
          leg,
          lock,
          purpose,
          fees: { maxFeePerGasWei: 9n, maxPriorityFeePerGasWei: 2n },
          sign: signForScriptedChain,
        }),
      ).rejects.toThrow(SenderLockLostError)
    expect(await outbox.readLeg(leg.id)).toMatchObject({
      state: 'SIGNED',
      attempts: [{ kind: 'send' }],
    })
  })

  test('behavior: a chain that is gone, and one that came back', async () => {
    await align(0)
    await queue(toOrder())
    await approve(hashOf(2))
    await signNext()
    await queue(toOrder({ legId: hashOf(12), planHash: hashOf(2) }))
    const other = '31337:other'
    expect(
      await outbox.reconcileChain({ chain: other, chainId: 31_337 }),
    ).toEqual({ gone: 2, returned: 0 })
    const results = await Promise.all(
      [hashOf(11), hashOf(12)].map(
        async (id) => toLegResult((await outbox.readLeg(id))!).type,
      ),
    )
    // The first may be on the old chain; the second was never signed.
    expect(results).toEqual(['unknown', 'not-sent'])
    expect(await outbox.reconcileChain({ chain, chainId: 31_337 })).toEqual({
      gone: 0,
      returned: 1,
    })
    expect((await outbox.readLeg(hashOf(11)))?.state).toBe('SENT')
    expect((await outbox.readLeg(hashOf(12)))?.state).toBe('CHAIN_GONE')
  })

  test('behavior: mined, its chain gone and back: another attempt of it may be mined then', async () => {
    await align(0)
    await queue(toOrder())
    const { leg, attempt } = toOnly(await signNext())
    const bump = await outbox.signReplacement({
      leg,
      lock,
      purpose: 'bump',
      fees: { maxFeePerGasWei: 9n, maxPriorityFeePerGasWei: 2n },
      sign: signForScriptedChain,
    })
    const mine = (hash: Hex, blockNumber: bigint) =>
      outbox.recordMined([
        {
          legId: leg.id,
          receipt: {
            hash,
            blockNumber,
            blockHash: hashOf(900 + Number(blockNumber)),
            status: 'success',
            gasUsed: 10n,
            effectiveGasPriceWei: 3n,
          },
        },
      ])
    await mine(attempt.hash, 8n)
    await outbox.reconcileChain({ chain: '31337:other', chainId: 31_337 })
    await outbox.reconcileChain({ chain, chainId: 31_337 })
    await mine(bump?.hash ?? '0x', 9n)
    expect(await outbox.settleMined([leg.id])).toEqual([
      { legId: leg.id, state: 'FINAL' },
    ])
    expect(toLegResult((await outbox.readLeg(leg.id))!)).toMatchObject({
      hash: bump?.hash,
      blockNumber: 9n,
    })
  })
})
