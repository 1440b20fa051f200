import type { Hex, Policy, PolicyRules } from '@behest/spec'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { standingSchema } from '../orders/standingSchema.js'
import { journalSchema } from '../schema.js'
import {
  createTestDatabase,
  type TestDatabase,
} from '../testing/createTestDatabase.js'
import {
  createPolicyStore,
  PolicyReplayedError,
  type PolicyStore,
} from './createPolicyStore.js'

const account = '0x00000000000000000000000000000000000000a1'
const friend = '0x00000000000000000000000000000000000000b2'
const of = { account, chainId: 31337 } as const
const rules: PolicyRules = {
  perTransactionUsd: '100',
  perDayUsd: '100',
  actions: ['any'],
  tokens: ['any'],
  venues: ['any'],
  recipients: [friend],
  maxPriceImpactBps: 100,
  maxSlippageBps: 100,
  minHealth: '1.5',
}
const policy = (sequence: number, changes: Partial<Policy> = {}): Policy => ({
  version: 1,
  ...of,
  sequence,
  validUntilUnixSeconds: 2_000_000_000,
  limits: { ...rules, perDayUsd: '1000' },
  automatic: rules,
  beyond: 'ask',
  coolingOffSeconds: 3600,
  ...changes,
})
const toHash = (value: number): Hex =>
  `0x${value.toString(16).padStart(64, '0')}`

let database: TestDatabase
let store: PolicyStore

beforeAll(async () => {
  database = await createTestDatabase({
    schemas: [journalSchema, standingSchema],
  })
  store = createPolicyStore({ pool: database.pool })
})
afterAll(async () => {
  await database.drop()
})
beforeEach(async () => {
  await database.pool.query(
    'truncate policy, policy_state, policy_spend, halt, leg, approval cascade',
  )
})

const activate = (given: Policy, nowUnixSeconds = 1_000) =>
  store.activate({
    policy: given,
    policyHash: toHash(given.sequence),
    signature: '0x01',
    nowUnixSeconds,
  })
const spend = (plan: number, usdE8: bigint, intentId = `i${plan}`) =>
  store.reserve({
    ...of,
    intentId,
    planHash: toHash(plan + 1000),
    usdE8,
    by: 'policy',
    policyHash: toHash(1),
  })

/** The first leg of a plan has its nonce. */
async function sign(plan: number): Promise<void> {
  const planHash = Buffer.from(toHash(plan + 1000).slice(2), 'hex')
  await database.pool.query(
    `insert into approval (plan_hash, intent_id, by) values ($1, 'i', 'x')`,
    [planHash],
  )
  await database.pool.query(
    `insert into leg (id, intent_id, plan_hash, step_id, call_index, chain,
      chain_id, sender, to_address, value_wei, data, gas_limit,
      max_fee_cap_wei, deadline_unix_seconds, depth, state, nonce)
     values ('l', 'i', $1, 's1', 0, 'c', 1, 'x', 'x', 0, 'x', 1, 1, 1, 1, 'SENT', 7)`,
    [planHash],
  )
}

describe('createPolicyStore', () => {
  test('default: the newest signed policy holds; an old one does not come back', async () => {
    expect(await store.find(of)).toBeNull()
    await activate(policy(1))
    await activate(policy(3))
    expect((await store.find(of))?.policy.sequence).toBe(3)
    await expect(activate(policy(1))).rejects.toBeInstanceOf(
      PolicyReplayedError,
    )
    await expect(activate(policy(2))).rejects.toBeInstanceOf(
      PolicyReplayedError,
    )
    // The same request again is the same answer.
    expect((await activate(policy(3))).policy.sequence).toBe(3)
  })

  test('behavior: the kill switch holds until a newer policy is signed', async () => {
    const halts = () => database.pool.query('select scope from halt')
    // It needs no policy: who is robbed has no time to sign one.
    expect(await store.kill({ ...of, why: 'x' })).toMatchObject({
      killedWhy: 'x',
    })
    expect((await halts()).rows).toEqual([{ scope: `account:${account}` }])
    await activate(policy(1))
    expect((await halts()).rows).toEqual([])
    expect(await store.kill({ ...of, why: 'stolen' })).toMatchObject({
      killedWhy: 'stolen',
    })
    expect(await spend(1, 1n)).toMatchObject({ rule: 'killSwitch' })
    expect((await halts()).rows).toEqual([{ scope: `account:${account}` }])
    // The policy that was stopped cannot start itself again.
    await expect(activate(policy(1))).rejects.toBeInstanceOf(
      PolicyReplayedError,
    )
    await activate(policy(2))
    expect((await store.find(of))?.killedAt).toBeUndefined()
    expect((await halts()).rows).toEqual([])
  })

  test('behavior: who is new waits; who was named before keeps the time', async () => {
    expect((await activate(policy(1), 1_000)).recipientsFrom).toEqual({
      [friend]: 4_600,
    })
    const other = '0x00000000000000000000000000000000000000c3'
    expect(
      (
        await activate(
          policy(2, { limits: { ...rules, recipients: [friend, other] } }),
          9_000,
        )
      ).recipientsFrom,
    ).toEqual({ [friend]: 4_600, [other]: 12_600 })
  })

  test('behavior: plans at one moment never share the last dollars', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.bigInt({ min: 1n, max: 60n * 10n ** 8n }), {
          minLength: 2,
          maxLength: 12,
        }),
        async (amounts) => {
          await database.pool.query(
            'truncate policy, policy_state, policy_spend',
          )
          await activate(policy(1))
          const answers = await Promise.all(
            amounts.map((usdE8, index) => spend(index, usdE8)),
          )
          const cap = 100n * 10n ** 8n
          const taken = amounts.filter(
            (_, index) => answers[index]?.type === 'reserved',
          )
          const total = taken.reduce((sum, usdE8) => sum + usdE8, 0n)
          expect(total).toBeLessThanOrEqual(cap)
          // And nobody was turned away who would still have fitted.
          for (const [index, usdE8] of amounts.entries())
            if (answers[index]?.type === 'refused')
              expect(total + usdE8).toBeGreaterThan(cap)
        },
      ),
      { numRuns: 25 },
    )
  })

  test('behavior: a hundred at once at a cap for ten: exactly ten', async () => {
    await activate(policy(1))
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => spend(index, 10n ** 9n)),
    )
    expect(answers.filter(({ type }) => type === 'reserved')).toHaveLength(10)
  })

  test('behavior: the same plan reserves once; what takes its place gives it back', async () => {
    await activate(policy(1))
    const all = 100n * 10n ** 8n
    expect(await spend(1, all, 'i')).toEqual({ type: 'reserved' })
    expect(await spend(1, all, 'i')).toEqual({ type: 'reserved' })
    expect(await spend(2, 1n, 'other')).toMatchObject({ rule: 'perDayUsd' })
    expect(await spend(3, all, 'i')).toEqual({ type: 'reserved' })
    await store.release({ planHash: toHash(1003) })
    expect(await spend(2, 1n, 'other')).toEqual({ type: 'reserved' })
  })

  test('behavior: what is reserved again counts a whole day from then, for whoever approved it', async () => {
    await activate(policy(1))
    const reserve = (by: 'person' | 'policy') =>
      store.reserve({
        ...of,
        intentId: 'i1',
        planHash: toHash(1001),
        usdE8: 9_000_000_000n,
        by,
        policyHash: toHash(1),
      })
    const setBack = () =>
      database.pool.query(
        "update policy_spend set at = now() - interval '23 hours'",
      )
    await reserve('person')
    await setBack()
    // The same plan once more while it is held: the day goes on as it began.
    await reserve('person')
    const readHours = async (): Promise<unknown> =>
      (
        await database.pool.query(
          `select round(extract(epoch from now() - at) / 3600)::integer as hours
           from policy_spend`,
        )
      ).rows
    expect(await readHours()).toEqual([{ hours: 23 }])

    await store.release({ planHash: toHash(1001) })
    await reserve('policy')
    expect(await readHours()).toEqual([{ hours: 0 }])
    // $90 of the $100 that may leave without a person.
    expect(await spend(2, 2_000_000_000n)).toMatchObject({
      type: 'refused',
      rule: 'perDayUsd',
    })
  })

  test('behavior: what was signed is not given back, nor by the plan after it', async () => {
    await activate(policy(1))
    await spend(1, 100n, 'i')
    await sign(1)
    await store.release({ planHash: toHash(1001) })
    expect((await store.find(of))?.spentTodayUsd).toBe('0.000001')
    await spend(2, 200n, 'i')
    expect((await store.find(of))?.spentTodayUsd).toBe('0.000003')
  })

  test('behavior: a day is the last 24 hours, not a minute less', async () => {
    await activate(policy(1))
    const all = 100n * 10n ** 8n
    await spend(1, all)
    const setBack = (time: string) =>
      database.pool.query('update policy_spend set at = now() - $1::interval', [
        time,
      ])
    await setBack('23 hours 59 minutes')
    expect(await spend(2, 1n)).toMatchObject({ rule: 'perDayUsd' })
    expect((await store.find(of))?.spentTodayUsd).toBe('100')
    await setBack('24 hours 1 minute')
    expect((await store.find(of))?.spentTodayUsd).toBe('0')
    expect(await spend(2, all)).toEqual({ type: 'reserved' })
  })

  test('behavior: accounts and chains have caps of their own', async () => {
    const others = [
      { account: friend, chainId: of.chainId },
      { account, chainId: 1 },
    ] as const
    const all = 100n * 10n ** 8n
    await activate(policy(1))
    await spend(1, all)
    for (const [index, other] of others.entries()) {
      await activate(policy(1, other))
      expect((await store.find(other))?.spentTodayUsd).toBe('0')
      expect(
        await store.reserve({
          ...other,
          intentId: `o${index}`,
          planHash: toHash(2000 + index),
          usdE8: all,
          by: 'policy',
          policyHash: toHash(1),
        }),
      ).toEqual({ type: 'reserved' })
    }
    expect((await store.find(of))?.spentTodayUsd).toBe('100')
  })

  test('behavior: a new policy ends its own kill switch, and no other halt', async () => {
    await database.pool.query(
      `insert into halt (scope, reason) values ($1, 'an operator looks at it')`,
      [`account:${account}`],
    )
    await store.kill({ ...of, why: 'x' })
    await activate(policy(1))
    const { rows } = await database.pool.query('select reason from halt')
    expect(rows).toEqual([{ reason: 'an operator looks at it' }])
  })

  test('behavior: a reservation under a policy that was replaced is refused', async () => {
    await activate(policy(1))
    await activate(policy(2))
    expect(await spend(1, 1n)).toMatchObject({ rule: 'policy' })
  })
})
