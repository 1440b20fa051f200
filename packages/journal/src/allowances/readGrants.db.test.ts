import { artifactSchema, type Hex, type PlanArtifact } from '@behest/spec'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { createHolderLegs } from '../holder/createHolderLegs.js'
import { holderSchema } from '../holder/holderSchema.js'
import {
  createIntentStore,
  type IntentStore,
} from '../intents/createIntentStore.js'
import { createOutbox } from '../outbox/createOutbox.js'
import { journalSchema } from '../schema.js'
import {
  createTestDatabase,
  type TestDatabase,
} from '../testing/createTestDatabase.js'
import { readGrants } from './readGrants.js'

const account = '0x00000000000000000000000000000000000000a1'
const token = '0x00000000000000000000000000000000000000c3'
const spender = '0x00000000000000000000000000000000000000d4'
const hashOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const planHash = hashOf(5)

let database: TestDatabase
let store: IntentStore

beforeAll(async () => {
  database = await createTestDatabase({
    schemas: [journalSchema, holderSchema],
  })
  store = createIntentStore({ pool: database.pool })
})
afterAll(async () => {
  await store.close()
  await database.drop()
})
beforeEach(async () => {
  await database.pool.query(
    'truncate intent, approval, leg, holder_leg, sender cascade',
  )
  await plan()
})

/** An intent whose plan lets somebody take five units. */
async function plan(): Promise<void> {
  const usdc = {
    chainId: 31_337,
    address: token,
    symbol: 'USDC',
    decimals: 6,
  } as const
  const body: PlanArtifact = {
    stage: 'plan',
    parentHash: hashOf(2),
    version: 1,
    intentId: 'i1',
    chainId: 31_337,
    account,
    deadlineUnixSeconds: 2_000_000_000,
    steps: [
      {
        id: 's1',
        action: 'supply',
        instruction: {
          action: 'supply',
          token: usdc,
          amount: { type: 'exact', units: 5n },
        },
        agentId: 'a',
        agentName: 'a',
        agent: spender,
        quoteId: 'q',
        venue: 'aave',
        calls: [
          {
            purpose: 'act',
            to: spender,
            valueWei: 0n,
            data: '0x',
            splices: [],
          },
        ],
        spend: [{ token: usdc, atMostUnits: 5n }],
        receive: [],
        positions: [],
        approvals: [{ token, spender, units: 5n }],
        fee: [],
      },
    ],
  }
  await store.create({
    id: 'i1',
    principal: 'alice',
    bodyHash: hashOf(1),
    account,
    chainId: 31_337,
    utterance: 'lend it',
    artifact: {
      hash: hashOf(3),
      body: {
        stage: 'utterance',
        text: 'lend it',
        account,
        chainId: 31_337,
        context: { now: '2026-01-01T00:00:00Z', timeZone: 'UTC' },
        receivedAt: '2026-01-01T00:00:00Z',
      },
    },
  })
  await store.append({
    intentId: 'i1',
    expectedVersion: 1,
    stage: 'plan',
    hash: planHash,
    body: z.encode(artifactSchema, body),
    status: 'running',
    message: '',
  })
  await database.pool.query(
    `insert into approval (plan_hash, intent_id, by) values ($1, 'i1', 'x')`,
    [Buffer.from(planHash.slice(2), 'hex')],
  )
}

const order = {
  legId: hashOf(11),
  intentId: 'i1',
  planHash,
  stepId: 's1',
  callIndex: 0,
  chainId: 31_337,
  account,
  to: spender,
  valueWei: 0n,
  data: '0x',
  gasLimit: 21_000n,
  maxFeePerGasWei: 1n,
  deadlineUnixSeconds: 2_000_000_000,
} as const
const read = () => readGrants({ pool: database.pool, account })
const given = [expect.objectContaining({ planHash, token, spender, units: 5n })]

describe('readGrants', () => {
  test('default: what this house signed, and nothing before that', async () => {
    expect(await read()).toEqual([])
    await createOutbox({ pool: database.pool }).queueLegs({
      chain: '31337:test',
      depth: 1,
      legs: [order],
    })
    expect(await read()).toEqual([])
    await database.pool.query(`update leg set state = 'SENT', nonce = 1`)
    expect(await read()).toEqual(given)
    expect(await readGrants({ pool: database.pool, account: spender })).toEqual(
      [],
    )
  })

  test('behavior: what the wallet of its holder was asked for counts too', async () => {
    const legs = createHolderLegs({ pool: database.pool })
    await legs.drawUp({ order, chain: '31337:test' })
    expect(await read()).toEqual([])
    await legs.move({ legId: order.legId, from: ['waiting'], to: 'asked' })
    // It may be on its way: a wallet tells nobody.
    expect(await read()).toEqual(given)
    await legs.move({
      legId: order.legId,
      from: ['asked'],
      to: 'sent',
      hash: hashOf(9),
    })
    await legs.move({ legId: order.legId, from: ['sent'], to: 'final' })
    expect(await read()).toEqual(given)
  })

  test('behavior: what the wallet never sent gave nothing', async () => {
    const legs = createHolderLegs({ pool: database.pool })
    await legs.drawUp({ order, chain: '31337:test' })
    await legs.move({ legId: order.legId, from: ['waiting'], to: 'not-sent' })
    expect(await read()).toEqual([])
  })
})
