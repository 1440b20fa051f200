import { createTransferAgent } from '@behest/agent-transfer'
import { devnetAccounts } from '@behest/devnet'
import { delegationManagerAbi } from '@behest/evm'
import type { Custody, IntentRecord, MissedRuns } from '@behest/spec'
import {
  type Address,
  concat,
  decodeFunctionData,
  encodeFunctionData,
  erc20Abi,
  type Hex,
  numberToHex,
  verifyTypedData,
} from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../testing/createWorld.js'
import { createOrderKeeper, type OrderKeeper } from './createOrderKeeper.js'
import { buildOrderTypedData } from './createOrderPort.js'

let world: World
let keeper: OrderKeeper
let errors: unknown[] = []

beforeAll(async () => {
  world = await createWorld()
  world.setCandidates(
    await world.serve([
      world.honest,
      createTransferAgent({ chains: [world.chain] }),
    ]),
  )
  keeper = createKeeper('a')
})
afterAll(async () => {
  await keeper.stop()
  await world.stop()
})
beforeEach(() => {
  errors = []
})

function createKeeper(owner: string): OrderKeeper {
  return createOrderKeeper({
    store: world.orders,
    engine: world.engine,
    chain: world.chain,
    giveBack: world.orderMandates.giveBack,
    owner,
    // The tests ask by hand: nothing happens between two of their lines.
    pollEveryMs: 3_600_000,
    wake: () => {},
    onError: (error) => errors.push(error),
  })
}

async function moveTo(unixSeconds: number): Promise<void> {
  const { control } = world.devnet
  await control.setNextBlockTimestamp({ timestamp: BigInt(unixSeconds) })
  await control.mine({ blocks: 1 })
}

const nowOfChain = async () =>
  (await world.chain.readHead()).timestampUnixSeconds

/** Says it, approves it, and gives the order that stands. */
async function stand(
  text: string,
  { custody, missedRuns }: { custody?: Custody; missedRuns?: MissedRuns } = {},
) {
  const id = crypto.randomUUID()
  await world.engine.start({
    id,
    text,
    account: world.user,
    context: {
      now: new Date((await nowOfChain()) * 1000).toISOString(),
      timeZone: 'UTC',
    },
    principal: 'test',
    ...(custody ? { custody } : {}),
    ...(missedRuns ? { missedRuns } : {}),
  })
  await world.engine.advance(id)
  const proposed = await world.engine.get(id)
  expect(proposed).toMatchObject({ status: 'needs-approval' })
  await world.engine.decide({
    id,
    planHash: proposed.order?.termsHash ?? '0x',
    decision: 'approve',
  })
  await world.engine.advance(id)
  expect(await world.engine.get(id)).toMatchObject({
    status: 'done',
    artifacts: { approval: { by: { type: 'person' } } },
  })
  const order = await world.orders.get(id)
  if (!order) throw new RangeError('no order')
  return order
}

/** Lets the keeper and the engine work until nothing is under way. */
async function settle(orderId: string): Promise<IntentRecord | undefined> {
  for (let round = 0; round < 40; round += 1) {
    await world.database.query(
      "update standing_order set look_at = now() - interval '1 second'",
    )
    await keeper.tick()
    expect(errors).toEqual([])
    const order = await world.orders.get(orderId)
    const runs = await world.orders.readRuns(orderId)
    const last = runs.at(-1)
    if (!order?.runningPeriod)
      return last?.intentId ? world.engine.get(last.intentId) : undefined
    if (last?.intentId)
      for (let step = 0; step < 5; step += 1)
        if ((await world.engine.advance(last.intentId)) !== 'again') break
  }
  throw new RangeError('the order did not settle')
}

const balanceOf = (token: 'native' | 'USDC', account = world.user) =>
  world.chain.readBalance({
    account,
    token: token === 'native' ? 'native' : world.devnet.addresses.tokens.USDC,
  })
const outcomesOf = async (orderId: string) =>
  (await world.orders.readRuns(orderId)).map(({ outcome }) => outcome)

describe('a standing order', () => {
  test.each<Custody>(['mandate', 'direct'])(
    'default: 100 USDC into ETH every day, three times, as time goes on (%s)',
    async (custody) => {
      const order = await stand('swap 100 USDC for ETH every day for 3 times', {
        custody,
      })
      const { terms, termsHash, signature } = order
      expect(terms).toMatchObject({
        custody,
        maxRuns: 3,
        bounds: [{ perRunUnits: 100_000_000n, totalUnits: 300_000_000n }],
      })
      expect(
        await verifyTypedData({
          ...buildOrderTypedData({ terms, termsHash }),
          address: world.user,
          signature,
        }),
      ).toBe(true)

      const before = {
        usdc: await balanceOf('USDC'),
        eth: await balanceOf('native'),
      }
      const { startUnixSeconds = 0 } = terms.schedule ?? {}
      const planHashes = new Set<string>()
      for (let day = 0; day < 3; day += 1) {
        const due = startUnixSeconds + day * 86_400
        if (due > (await nowOfChain())) await moveTo(due)
        const run = await settle(order.id)
        expect(run).toMatchObject({
          status: 'done',
          run: { orderId: order.id, period: String(day) },
          artifacts: {
            approval: { by: { type: 'order', termsHash } },
            receipt: {
              receipt: {
                outcome: 'MET',
                approvedBy: 'order',
                approvedUnder: termsHash,
              },
            },
          },
        })
        planHashes.add(run?.hashes.plan ?? '')
        // The same day again: nothing more.
        await settle(order.id)
        expect(before.usdc - (await balanceOf('USDC'))).toBe(
          BigInt(day + 1) * 100_000_000n,
        )
        // What was bought is the account's, and nothing is left with the executor.
        expect(await balanceOf('native')).toBeGreaterThan(before.eth)
        expect(await balanceOf('USDC', world.executor)).toBe(0n)
      }
      expect(planHashes.size).toBe(3)
      await moveTo(startUnixSeconds + 4 * 86_400)
      await settle(order.id)
      expect(await world.orders.get(order.id)).toMatchObject({ status: 'done' })
      expect(await outcomesOf(order.id)).toEqual(['met', 'met', 'met'])
      expect(before.usdc - (await balanceOf('USDC'))).toBe(300_000_000n)
    },
  )

  test('behavior: the chain gives an executor that obeys nobody no unit more', async () => {
    const order = await stand('swap 100 USDC for ETH every day for 3 times')
    const signed = JSON.parse(order.delegation ?? '{}') as {
      delegation: {
        delegate: Address
        delegator: Address
        authority: Hex
        caveats: { enforcer: Address; terms: Hex }[]
        salt: string
      }
      signature: Hex
    }
    const { USDC } = world.devnet.addresses.tokens
    const executor = world.executor
    const stranger = devnetAccounts[5].address
    /** The executor's own key, and nothing of ours in between. */
    const pull = async (calldata: Hex, from: Address = executor) => {
      const { encodePull } = await import('@behest/evm')
      const honest = encodePull({
        delegation: {
          ...signed.delegation,
          salt: BigInt(signed.delegation.salt),
        },
        signature: signed.signature,
        token: USDC,
        units: 1n,
      })
      const { args } = decodeFunctionData({
        abi: delegationManagerAbi,
        data: honest,
      })
      const [contexts, modes] = args as [Hex[], Hex[], Hex[]]
      const before = await balanceOf('USDC')
      const { control } = world.devnet
      await control.impersonateAccount({ address: from })
      await control.setBalance({ address: from, value: 10n ** 18n })
      try {
        const hash = await control.sendUnsignedTransaction({
          from,
          to: world.devnet.addresses.delegation.DelegationManager,
          data: encodeFunctionData({
            abi: delegationManagerAbi,
            functionName: 'redeemDelegations',
            args: [
              contexts,
              modes,
              [concat([USDC, numberToHex(0, { size: 32 }), calldata])],
            ],
          }),
          gas: 1_000_000n,
        })
        // Mined before the balance is read: its hash comes first.
        await world.chain.client.waitForTransactionReceipt({ hash })
      } catch {
        // Refused before it was mined: nothing moved either.
      } finally {
        await control.stopImpersonatingAccount({ address: from })
      }
      return before - (await balanceOf('USDC'))
    }
    const transfer = (to: Address, units: bigint) =>
      encodeFunctionData({
        abi: erc20Abi,
        functionName: 'transfer',
        args: [to, units],
      })
    const full = 100_000_000n
    expect(await pull(transfer(executor, full + 1n))).toBe(0n)
    expect(await pull(transfer(stranger, full))).toBe(0n)
    expect(await pull(transfer(executor, full), stranger)).toBe(0n)
    expect(
      await pull(
        encodeFunctionData({
          abi: erc20Abi,
          functionName: 'approve',
          args: [executor, full],
        }),
      ),
    ).toBe(0n)
    // One period gives once what it gives, and no more.
    expect(await pull(transfer(executor, full))).toBe(full)
    expect(await pull(transfer(executor, 1n))).toBe(0n)
    await moveTo((order.terms.schedule?.startUnixSeconds ?? 0) + 86_400)
    expect(await pull(transfer(executor, full))).toBe(full)
    expect(await pull(transfer(executor, full))).toBe(0n)

    // Cancelled here and on the chain: the next period gives nothing.
    await world.orders.cancel({ orderId: order.id, why: 'test' })
    expect(await world.orderMandates.disable(order)).toMatchObject({
      type: 'succeeded',
    })
    await moveTo((await nowOfChain()) + 86_400)
    expect(await pull(transfer(executor, full))).toBe(0n)
    await settle(order.id)
    expect(await outcomesOf(order.id)).toEqual([])
    await world.devnet.deal({
      account: executor,
      token: 'native',
      amountUnits: 10n ** 20n,
    })
    await world.devnet.deal({
      account: executor,
      token: 'USDC',
      amountUnits: 0n,
    })
  })

  test('behavior: a stop runs once, when the chain says so, at a block that is kept', async () => {
    await world.devnet.setPrice({ symbol: 'WETH', usd: '3000' })
    const order = await stand('sell 0.1 ETH for USDC when ETH is under 2000')
    expect(order.terms).toMatchObject({ maxRuns: 1, custody: 'mandate' })
    await settle(order.id)
    expect(await outcomesOf(order.id)).toEqual([])
    await world.devnet.setPrice({ symbol: 'WETH', usd: '1999.99' })
    const before = await balanceOf('USDC')
    await settle(order.id)
    const [run] = await world.orders.readRuns(order.id)
    expect(run).toMatchObject({
      outcome: 'met',
      observed: [{ text: 'ETH < 2000 usd', value: '1999.99', holds: true }],
    })
    const block = await world.chain.client.getBlock({
      blockNumber: run?.block?.number ?? 0n,
    })
    expect(block.hash).toBe(run?.block?.hash)
    expect(await balanceOf('USDC')).toBeGreaterThan(before)
    await settle(order.id)
    expect(await outcomesOf(order.id)).toEqual(['met'])
    expect(await world.orders.get(order.id)).toMatchObject({ status: 'done' })
  })

  test('behavior: missed runs are skipped, or one is caught up on, as was chosen', async () => {
    const text = 'swap 10 USDC for ETH every day for 5 times'
    const skipping = await stand(text, { custody: 'direct' })
    const catching = await stand(text, {
      custody: 'direct',
      missedRuns: 'catch-up-once',
    })
    const start = skipping.terms.schedule?.startUnixSeconds ?? 0
    // Two and a half days without anybody.
    await moveTo(start + 2 * 86_400 + 43_200)
    await settle(skipping.id)
    await settle(catching.id)
    expect(await outcomesOf(skipping.id)).toEqual(['missed'])
    expect(await outcomesOf(catching.id)).toEqual(['missed', 'met'])
    await moveTo(start + 3 * 86_400 + 60)
    await settle(skipping.id)
    await settle(catching.id)
    expect(await outcomesOf(skipping.id)).toEqual(['missed', 'met'])
    expect(await outcomesOf(catching.id)).toEqual(['missed', 'met', 'met'])
    for (const { id } of [skipping, catching])
      await world.orders.cancel({ orderId: id, why: 'test' })
  })

  test('behavior: a cancelled order never runs, also when its run was approved already', async () => {
    const order = await stand('swap 10 USDC for ETH every day for 5 times', {
      custody: 'direct',
    })
    await world.database.query(
      "update standing_order set look_at = now() - interval '1 second'",
    )
    await keeper.tick()
    const [run] = await world.orders.readRuns(order.id)
    expect(run?.outcome).toBe('running')
    const before = await balanceOf('USDC')
    await world.orders.cancel({ orderId: order.id, why: 'changed my mind' })
    await settle(order.id)
    expect(await balanceOf('USDC')).toBe(before)
    expect(await outcomesOf(order.id)).toEqual(['cancelled'])
  })

  test('error: what cannot be bounded or asked about is no order', async () => {
    for (const text of [
      'buy 0.1 ETH with USDC every day',
      'borrow 100 USDC every day',
      'sell 1 ETH for USDC when the market cap of ETH is over 500000000000 usd',
    ]) {
      const record = await world.carryOut(text)
      expect(record.problem?.code ?? record.status).toMatch(
        /ORDER_UNBINDABLE|needs-answer|NOT_A_REQUEST/,
      )
      expect(await world.orders.get(record.id)).toBeNull()
    }
  })
})
