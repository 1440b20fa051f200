import type { Hex, OrderTerms } from '@behest/spec'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createOutbox } from '../outbox/createOutbox.js'
import { PlanNotApprovedError } from '../outbox/errors.js'
import { journalSchema } from '../schema.js'
import {
  createTestDatabase,
  type TestDatabase,
} from '../testing/createTestDatabase.js'
import { createOrderStore, type OrderStore } from './createOrderStore.js'
import { OrderConflictError } from './errors.js'
import { standingSchema } from './standingSchema.js'

const account = '0x00000000000000000000000000000000000000a1'
const friend = '0x00000000000000000000000000000000000000b2'
const start = 1_800_000_000
const hashOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const orderId = 'order'
const intentId = 'order_0_0'
const planHash = hashOf(5)

let database: TestDatabase
let store: OrderStore

beforeAll(async () => {
  database = await createTestDatabase({
    schemas: [journalSchema, standingSchema],
  })
  store = createOrderStore({ pool: database.pool })
})
afterAll(() => database.drop())
beforeEach(async () => {
  await database.pool.query(
    'truncate standing_order, approval, leg, sender cascade',
  )
  await open()
})

const terms: OrderTerms = {
  version: 1,
  account,
  chainId: 31_337,
  utterance: 'send 1 USDC to bob every minute',
  steps: [
    {
      id: 's1',
      action: 'transfer',
      token: { symbol: 'USDC' },
      amount: { kind: 'exact', decimal: '1' },
      to: friend,
      spans: {},
    },
  ],
  schedule: {
    text: 'every minute',
    timeZone: 'UTC',
    startUnixSeconds: start,
    every: { count: 1, unit: 'minute' },
  },
  conditions: [],
  missedRuns: 'skip',
  graceSeconds: 60,
  bounds: [],
  maxRuns: 3,
  periodSeconds: 60,
  expiresUnixSeconds: start + 86_400,
  custody: 'direct',
}

const open = (termsHash = hashOf(1)) =>
  store.open({
    orderId,
    terms,
    termsHash,
    signature: '0x01',
    dueUnixSeconds: start,
    message: 'It stands.',
  })
const begin = (fromIndex: number, index = fromIndex) =>
  store.beginRun({
    orderId,
    fromIndex,
    index,
    dueUnixSeconds: start,
    lastUnixSeconds: start + 60,
  })
const skip = (fromIndex: number, untilIndex: number) =>
  store.skipRuns({
    orderId,
    fromIndex,
    untilIndex,
    outcome: 'missed',
    dueUnixSeconds: start,
    nextDueUnixSeconds: start + 60,
    why: 'Nobody was there.',
  })
const settle = (period: string) =>
  store.settleRun({
    orderId,
    period,
    outcome: 'met',
    nextDueUnixSeconds: start + 60,
  })
const listPeriods = async () =>
  (await store.readRuns(orderId)).map(({ period, outcome }) => [
    period,
    outcome,
  ])

/** The run's plan has the order's yes. */
async function approve(): Promise<void> {
  await store.nameIntent({ orderId, period: '0', attempt: 0, intentId })
  await store.approveLeg({ planHash, intentId, by: hashOf(1) })
}

const queue = (stepId: string, callIndex: number) =>
  createOutbox({ pool: database.pool }).queueLegs({
    chain: '31337:test',
    depth: 1,
    legs: [
      {
        legId: hashOf(100 + callIndex),
        intentId,
        planHash,
        stepId,
        callIndex,
        chainId: 31_337,
        account,
        to: friend,
        valueWei: 1n,
        data: '0x',
        gasLimit: 21_000n,
        maxFeePerGasWei: 1n,
        deadlineUnixSeconds: start,
      },
    ],
  })

describe('runs', () => {
  test('default: of ten that see the same, one begins the run of a period', async () => {
    const begun = await Promise.all(Array.from({ length: 10 }, () => begin(0)))
    expect(begun.filter((one) => one)).toHaveLength(1)
    expect(await listPeriods()).toEqual([['0', 'running']])
  })

  test('behavior: one at a time, each period once, and none that is past', async () => {
    expect(await begin(0)).toBe(true)
    expect(await begin(1)).toBe(false)
    expect(await skip(1, 2)).toBe(false)
    await settle('0')
    expect(await begin(0)).toBe(false)
    expect(await skip(0, 1)).toBe(false)
    expect(await begin(1, 2)).toBe(true)
    expect(await listPeriods()).toEqual([
      ['0', 'met'],
      ['1', 'missed'],
      ['2', 'running'],
    ])
  })

  test('behavior: an end that comes twice, or late, changes nothing', async () => {
    await begin(0)
    await settle('0')
    await begin(1)
    await settle('0')
    expect((await store.get(orderId))?.runningPeriod).toBe('1')
    await store.nameIntent({
      orderId,
      period: '0',
      attempt: 3,
      intentId: 'other',
    })
    expect((await store.readRuns(orderId))[0]).toMatchObject({ attempt: 0 })
  })

  test('behavior: it is not done while a run is under way', async () => {
    await begin(0)
    await store.finish({ orderId, why: 'Over.' })
    expect((await store.get(orderId))?.status).toBe('active')
    await settle('0')
    await store.finish({ orderId, why: 'Over.' })
    expect((await store.get(orderId))?.status).toBe('done')
    expect(await begin(1)).toBe(false)
  })

  test('error: OrderConflictError', async () => {
    expect((await open()).id).toBe(orderId)
    await expect(open(hashOf(2))).rejects.toThrow(OrderConflictError)
  })

  test('behavior: one keeper at a time, and another one after its time', async () => {
    const claim = (owner: string, nowUnixSeconds = start) =>
      store.claimDue({ owner, leaseSeconds: 60, nowUnixSeconds })
    expect(await claim('a', start - 1)).toBeUndefined()
    expect((await claim('a'))?.id).toBe(orderId)
    expect(await claim('b')).toBeUndefined()
    await store.release({ orderId, owner: 'b', againAfterSeconds: 0 })
    expect(await claim('b')).toBeUndefined()
    await database.pool.query(
      `update standing_order set lease_until = now() - interval '1 second'`,
    )
    expect((await claim('b'))?.id).toBe(orderId)
  })
})

describe('cancel', () => {
  test('default: nothing begins after it', async () => {
    await store.cancel({ orderId, why: 'You cancelled it.' })
    expect(await begin(0)).toBe(false)
    expect(await skip(0, 1)).toBe(false)
    expect(
      await store.claimDue({
        owner: 'a',
        leaseSeconds: 60,
        nowUnixSeconds: start,
      }),
    ).toBeUndefined()
  })

  test('behavior: a run that was approved and not queued never is', async () => {
    await begin(0)
    await approve()
    await store.cancel({ orderId, why: 'You cancelled it.' })
    await expect(queue('s1', 0)).rejects.toThrow(PlanNotApprovedError)
  })

  test('behavior: a run that was queued and not signed never is', async () => {
    await begin(0)
    await approve()
    const [leg] = await queue('s1', 0)
    await store.cancel({ orderId, why: 'You cancelled it.' })
    expect(
      await createOutbox({ pool: database.pool }).readLeg(leg?.id ?? ''),
    ).toMatchObject({
      state: 'CANCELLED',
      reason: 'Its order ended before this was signed.',
    })
  })

  test('behavior: a run in the middle comes to its end', async () => {
    await begin(0)
    await approve()
    await queue('s1', 0)
    await database.pool.query(
      `update leg set state = 'FINAL', nonce = 1 where call_index = 0`,
    )
    const [leg] = await queue('s1', 1)
    await store.cancel({ orderId, why: 'You cancelled it.' })
    expect(
      await createOutbox({ pool: database.pool }).readLeg(leg?.id ?? ''),
    ).toMatchObject({ state: 'QUEUED' })
  })

  test('behavior: runs of another order, and what an order itself sends, go on', async () => {
    await begin(0)
    await approve()
    // Its own transactions rest on its own yes: the end of its mandate among them.
    await store.approveLeg({
      planHash: hashOf(9),
      intentId: orderId,
      by: hashOf(1),
    })
    await store.approveLeg({
      planHash: hashOf(10),
      intentId: 'other_0_0',
      by: hashOf(2),
    })
    await store.cancel({ orderId, why: 'You cancelled it.' })
    const { rows } = await database.pool.query<{ intent_id: string }>(
      'select intent_id from approval order by intent_id',
    )
    expect(rows.map((row) => row.intent_id)).toEqual([orderId, 'other_0_0'])
  })
})
