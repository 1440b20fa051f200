import type { IntentRecord } from '@behest/spec'
import { toHex, verifyTypedData } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../testing/createWorld.js'
import { createOrderKeeper, type OrderKeeper } from './createOrderKeeper.js'
import { buildOrderTypedData } from './createOrderPort.js'

let world: World
let keeper: OrderKeeper

beforeAll(async () => {
  world = await createWorld()
  world.setCandidates(await world.serve([world.honest]))
  keeper = createKeeper('a')
})
afterAll(async () => {
  await keeper.stop()
  await world.stop()
})

function createKeeper(owner: string): OrderKeeper {
  return createOrderKeeper({
    store: world.orders,
    engine: world.engine,
    chain: world.chain,
    owner,
    // The tests ask by hand: nothing happens between two of their lines.
    pollEveryMs: 3_600_000,
    wake: () => {},
    onError: (error) => {
      throw error
    },
  })
}

async function moveTo(unixSeconds: number): Promise<void> {
  const request = world.chain.client.request as (call: {
    method: string
    params: unknown[]
  }) => Promise<unknown>
  await request({
    method: 'evm_setNextBlockTimestamp',
    params: [toHex(unixSeconds)],
  })
  await request({ method: 'anvil_mine', params: ['0x1'] })
}

const nowOfChain = async () =>
  (await world.chain.readHead()).timestampUnixSeconds

/** Lets the keeper and the engine work until nothing is under way. */
async function settle(orderId: string): Promise<IntentRecord | undefined> {
  for (let round = 0; round < 30; round += 1) {
    await world.database.query(
      "update standing_order set look_at = now() - interval '1 second'",
    )
    await keeper.tick()
    const order = await world.orders.get(orderId)
    const runs = await world.orders.readRuns(orderId)
    const last = runs.at(-1)
    if (!order?.runningPeriod)
      return last?.intentId ? world.engine.get(last.intentId) : undefined
    if (last?.intentId) {
      for (let step = 0; step < 5; step += 1)
        if ((await world.engine.advance(last.intentId)) !== 'again') break
    }
  }
  throw new RangeError('the order did not settle')
}

const balanceOf = (token: 'native' | 'USDC') =>
  world.chain.readBalance({
    account: world.user,
    token: token === 'native' ? 'native' : world.devnet.addresses.tokens.USDC,
  })

describe('a standing order', () => {
  test('default: 100 USDC into ETH every day, three times, as time goes on', async () => {
    const record = await world.carryOut(
      'swap 100 USDC for ETH every day for 3 times',
    )
    expect(record).toMatchObject({
      status: 'done',
      artifacts: { approval: { by: { type: 'person' } } },
    })
    const order = await world.orders.get(record.id)
    if (!order) throw new RangeError('no order')
    expect(order.terms).toMatchObject({
      maxRuns: 3,
      bounds: [{ perRunUnits: 100_000_000n, totalUnits: 300_000_000n }],
    })
    const { terms, termsHash, signature } = order
    expect(
      await verifyTypedData({
        ...buildOrderTypedData({ terms, termsHash }),
        address: world.user,
        signature,
      }),
    ).toBe(true)

    const before = await balanceOf('USDC')
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
      expect(before - (await balanceOf('USDC'))).toBe(
        BigInt(day + 1) * 100_000_000n,
      )
    }
    expect(planHashes.size).toBe(3)
    await moveTo(startUnixSeconds + 4 * 86_400)
    await settle(order.id)
    expect(await world.orders.get(order.id)).toMatchObject({ status: 'done' })
    expect(
      (await world.orders.readRuns(order.id)).map(({ outcome }) => outcome),
    ).toEqual(['met', 'met', 'met'])
    expect(before - (await balanceOf('USDC'))).toBe(300_000_000n)
  })
})
