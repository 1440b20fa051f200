// One file because each order is held against what the same batch does on one chain.
import { createAaveAgent } from '@behest/agent-lend'
import { devnetAccounts } from '@behest/devnet'
import {
  delegationManagerAbi,
  encodeExecutions,
  encodeRedemption,
  listBatchCalls,
} from '@behest/evm'
import type { OrderTerms } from '@behest/spec'
import fc from 'fast-check'
import {
  type Address,
  concat,
  decodeFunctionData,
  encodeFunctionData,
  erc20Abi,
  getAbiItem,
  type Hex,
  numberToHex,
} from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../testing/createWorld.js'
import { createOrderKeeper, type OrderKeeper } from './createOrderKeeper.js'

const day = 86_400
const singleMode: Hex = `0x${'00'.repeat(32)}`
const batchMode: Hex = `0x01${'00'.repeat(31)}`

let world: World
let keeper: OrderKeeper
let errors: unknown[] = []

beforeAll(async () => {
  world = await createWorld({ quoteTimeoutMs: 15_000 })
  world.setCandidates(await world.serve([createAaveAgent(world.chain)]))
  keeper = createOrderKeeper({
    store: world.orders,
    engine: world.engine,
    chain: world.chain,
    giveBack: world.orderMandates.giveBack,
    owner: 'a',
    // The tests ask by hand: nothing happens between two of their lines.
    pollEveryMs: 3_600_000,
    wake: () => {},
    onError: (error) => errors.push(error),
  })
}, 60_000)
afterAll(async () => {
  await keeper?.stop()
  await world?.stop()
})
beforeEach(() => {
  errors = []
})

const nowOfChain = async () =>
  (await world.chain.readHead()).timestampUnixSeconds

async function moveTo(unixSeconds: number): Promise<void> {
  if (unixSeconds <= (await nowOfChain())) return
  const { control } = world.devnet
  await control.setNextBlockTimestamp({ timestamp: BigInt(unixSeconds) })
  await control.mine({ blocks: 1 })
}

async function stand(text: string) {
  const record = await world.carryOut(text)
  expect(record.problem?.detail ?? record.status).toBe('done')
  const order = await world.orders.get(record.id)
  if (!order) throw new RangeError('no order')
  return { order, record }
}

async function settle(orderId: string) {
  for (let round = 0; round < 40; round += 1) {
    await world.database.query(
      "update standing_order set look_at = now() - interval '1 second'",
    )
    await keeper.tick()
    expect(errors).toEqual([])
    const order = await world.orders.get(orderId)
    const last = (await world.orders.readRuns(orderId)).at(-1)
    if (!order?.runningPeriod)
      return last?.intentId ? world.engine.get(last.intentId) : undefined
    if (last?.intentId)
      for (let step = 0; step < 5; step += 1)
        if ((await world.engine.advance(last.intentId)) !== 'again') break
  }
  throw new RangeError('the order did not settle')
}

const usdcOf = (account: Address = world.user) =>
  world.chain.readBalance({
    account,
    token: world.devnet.addresses.tokens.USDC,
  })
const outcomesOf = async (orderId: string) =>
  (await world.orders.readRuns(orderId)).map(({ outcome, why }) =>
    outcome === 'failed' ? why : outcome,
  )
const allowanceToPool = async () =>
  (
    await world.chain.readAllowances({
      account: world.user,
      pairs: [
        {
          token: world.devnet.addresses.tokens.USDC,
          spender: world.chain.deployment.aaveV3.pool,
        },
      ],
    })
  )[0]

type Stored = {
  delegation: Parameters<typeof encodeRedemption>[0]['delegation']
  signature: Hex
  gateSignature?: Hex
}
const readSigned = (text: string | undefined): Stored => {
  const stored = JSON.parse(text ?? '{}') as Stored
  return {
    ...stored,
    delegation: {
      ...stored.delegation,
      salt: BigInt(stored.delegation.salt),
    },
  }
}

const toCalls = (order: {
  terms: OrderTerms
  termsHash: Hex
  delegation: string | undefined
}) => {
  const { delegation: framework, periodEnforcers: enforcers } =
    world.chain.deployment
  if (!framework || !enforcers) throw new RangeError('no framework')
  return listBatchCalls({
    framework,
    enforcers,
    executor: world.executor,
    terms: order.terms,
    salt: BigInt(order.termsHash),
    gateSignature: readSigned(order.delegation).gateSignature,
  })
}

/** With the executor's own key, and nothing of ours in between. */
async function sendAs(from: Address, data: Hex): Promise<boolean> {
  const { control } = world.devnet
  await control.impersonateAccount({ address: from })
  await control.setBalance({ address: from, value: 10n ** 18n })
  try {
    const hash = await control.sendUnsignedTransaction({
      from,
      to: world.devnet.addresses.delegation.DelegationManager,
      data,
      gas: 3_000_000n,
    })
    const receipt = await world.chain.client.waitForTransactionReceipt({ hash })
    return receipt.status === 'success'
  } catch {
    // Refused before it was mined: nothing moved either.
    return false
  } finally {
    await control.stopImpersonatingAccount({ address: from })
  }
}

describe('a standing order about a position', () => {
  test('default: 100 USDC to Aave every day, by calls of the account alone', async () => {
    const { order, record } = await stand(
      'supply 100 USDC to aave every day for 3 times',
    )
    const { terms } = order
    expect(terms).toMatchObject({
      custody: 'mandate',
      batch: { units: 100_000_000n },
    })
    expect(terms.batch?.calls).toHaveLength(2)
    expect(record.order?.lines.join(' ')).toContain(
      'you sign exactly the 2 calls of a run',
    )
    const before = await usdcOf()
    const start = terms.schedule?.startUnixSeconds ?? 0
    for (let index = 0; index < 3; index += 1) {
      await moveTo(start + index * day)
      const run = await settle(order.id)
      expect(run).toMatchObject({
        status: 'done',
        artifacts: {
          approval: { by: { type: 'order' } },
          receipt: { receipt: { outcome: 'MET', gasPaidBy: world.executor } },
        },
      })
      expect(before - (await usdcOf())).toBe(100_000_000n * BigInt(index + 1))
      expect(await usdcOf(world.executor)).toBe(0n)
      expect(await allowanceToPool()).toBe(0n)
    }
    await moveTo(start + 4 * day)
    await settle(order.id)
    expect(await outcomesOf(order.id)).toEqual(['met', 'met', 'met'])
    expect(await world.orders.get(order.id)).toMatchObject({ status: 'done' })
  })

  test('behavior: an executor that obeys nobody has one run in a period, and nothing else', async () => {
    const { order } = await stand(
      'supply 100 USDC to aave every day for 3 times',
    )
    const signed = readSigned(order.delegation)
    const calls = toCalls(order)
    const start = order.terms.schedule?.startUnixSeconds ?? 0
    await moveTo(start)
    const executor = world.executor
    const stranger = devnetAccounts[5].address
    const use = (own = calls) => encodeRedemption({ ...signed, calls: own })
    const before = await usdcOf()
    /** The same permission, with another mode or other calls behind it. */
    const redeem = (mode: Hex, execution: Hex): Hex => {
      const { args } = decodeFunctionData({
        abi: [
          getAbiItem({ abi: delegationManagerAbi, name: 'redeemDelegations' }),
        ],
        data: use(),
      })
      return encodeFunctionData({
        abi: delegationManagerAbi,
        functionName: 'redeemDelegations',
        args: [args[0], [mode], [execution]],
      })
    }
    const { USDC, DAI } = world.devnet.addresses.tokens
    const steal = (token: Address, to: Address, units: bigint) => ({
      to: token,
      valueWei: 0n,
      data: encodeFunctionData({
        abi: erc20Abi,
        functionName: 'transfer',
        args: [to, units],
      }),
    })
    expect(await sendAs(stranger, use())).toBe(false)
    expect(await sendAs(executor, use([...calls].reverse()))).toBe(false)
    expect(await sendAs(executor, use(calls.slice(1)))).toBe(false)
    expect(
      await sendAs(executor, use([...calls, steal(USDC, executor, 1n)])),
    ).toBe(false)
    // Any call in any place, in either mode: none of it happens.
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(USDC, DAI, world.chain.deployment.aaveV3.pool),
        fc.bigInt({ min: 1n, max: 10n ** 21n }),
        fc.nat({ max: 3 }),
        fc.boolean(),
        async (token, units, place, isAlone) => {
          const theft = steal(token, executor, units)
          const data = isAlone
            ? redeem(
                singleMode,
                concat([theft.to, numberToHex(0, { size: 32 }), theft.data]),
              )
            : redeem(
                batchMode,
                encodeExecutions([
                  ...calls.slice(0, place),
                  theft,
                  ...calls.slice(place + 1),
                ]),
              )
          expect(await sendAs(executor, data)).toBe(false)
        },
      ),
      { numRuns: 20 },
    )
    expect(await usdcOf()).toBe(before)

    // The period gives its one run, to the account's own position.
    expect(await sendAs(executor, use())).toBe(true)
    expect(before - (await usdcOf())).toBe(100_000_000n)
    expect(await usdcOf(executor)).toBe(0n)
    expect(await sendAs(executor, use())).toBe(false)
    await moveTo(start + day)
    expect(await sendAs(executor, use())).toBe(true)
    expect(await sendAs(executor, use())).toBe(false)

    // Cancelled: the last run that was signed for is not there any more.
    await world.orders.cancel({ orderId: order.id, why: 'test' })
    expect(await world.orderMandates.disable(order)).toMatchObject({
      type: 'succeeded',
    })
    await moveTo(start + 2 * day)
    expect(await sendAs(executor, use())).toBe(false)
    expect(before - (await usdcOf())).toBe(200_000_000n)
    await world.devnet.deal({
      account: executor,
      token: 'native',
      amountUnits: 10n ** 20n,
    })
  })

  test('behavior: a health guard repays when the chain says so, never more than is owed', async () => {
    await world.devnet.setPrice({ symbol: 'WETH', usd: '3000' })
    const opened = await world.carryOut(
      'supply 1 ETH on aave and borrow 1000 USDC',
      undefined,
      'direct',
    )
    expect(opened.problem?.detail ?? opened.status).toBe('done')
    // Nobody says where: the debt is at one place.
    const { order } = await stand('repay 400 USDC if my health goes under 1.5')
    expect(order.terms).toMatchObject({
      custody: 'mandate',
      maxRuns: 1,
      batch: { units: 400_000_000n },
      steps: [{ venue: 'aave' }],
    })
    await settle(order.id)
    expect(await outcomesOf(order.id)).toEqual([])
    await world.devnet.setPrice({ symbol: 'WETH', usd: '1200' })
    const before = await usdcOf()
    await settle(order.id)
    expect(await outcomesOf(order.id)).toEqual(['met'])
    expect(before - (await usdcOf())).toBe(400_000_000n)
    expect(await allowanceToPool()).toBe(0n)

    // More than is owed: Aave takes the debt, and no allowance stays.
    const all = await stand('repay 2000 USDC on aave if my health is under 9')
    const rest = await usdcOf()
    await settle(all.order.id)
    expect(await outcomesOf(all.order.id)).toEqual(['met'])
    expect(rest - (await usdcOf())).toBeGreaterThanOrEqual(600_000_000n)
    expect(rest - (await usdcOf())).toBeLessThan(601_000_000n)
    expect(await allowanceToPool()).toBe(0n)
    expect(
      (await world.chain.readHealth({ account: world.user })).flatMap(
        ({ after }) => after ?? [],
      ),
    ).toEqual([])
  })

  test('behavior: what is withdrawn comes to the account, once', async () => {
    const { order } = await stand(
      'withdraw 50 USDC from aave every day for 2 times',
    )
    expect(order.terms.custody).toBe('mandate')
    const before = await usdcOf()
    await moveTo(order.terms.schedule?.startUnixSeconds ?? 0)
    await settle(order.id)
    expect(await outcomesOf(order.id)).toEqual(['met'])
    expect((await usdcOf()) - before).toBe(50_000_000n)
    const signed = readSigned(order.delegation)
    expect(
      await sendAs(
        world.executor,
        encodeRedemption({ ...signed, calls: toCalls(order) }),
      ),
    ).toBe(false)
    expect((await usdcOf()) - before).toBe(50_000_000n)
    await world.orders.cancel({ orderId: order.id, why: 'test' })
  })

  test('behavior: coin goes there too, and the period holds', async () => {
    const { order } = await stand(
      'supply 0.1 ETH to aave every day for 2 times',
    )
    expect(order.terms.custody).toBe('mandate')
    const read = () =>
      world.chain.readBalance({ account: world.user, token: 'native' })
    const before = await read()
    await moveTo(order.terms.schedule?.startUnixSeconds ?? 0)
    await settle(order.id)
    expect(await outcomesOf(order.id)).toEqual(['met'])
    expect(before - (await read())).toBe(10n ** 17n)
    expect(
      await sendAs(
        world.executor,
        encodeRedemption({
          ...readSigned(order.delegation),
          calls: toCalls(order),
        }),
      ),
    ).toBe(false)
    await world.orders.cancel({ orderId: order.id, why: 'test' })
  })

  test('behavior: where its calls are known only when it runs, this server holds it', async () => {
    for (const [text, why] of [
      ['supply 100 USDC every day for 3 times', 'name the place'],
      ['supply half my USDC to aave every day for 3 times', 'its amount'],
    ] as const) {
      const { order } = await stand(text)
      expect(order.terms).toMatchObject({
        custody: 'direct',
        whyDirect: expect.stringContaining(why),
      })
      await world.orders.cancel({ orderId: order.id, why: 'test' })
    }
  })
})
