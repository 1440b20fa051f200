import { createAaveAgent } from '@behest/agent-lend'
import { devnetAccounts } from '@behest/devnet'
import { buildOrderTypedData } from '@behest/engine'
import {
  approvalTypedDataTypes,
  behestDomain,
  type Hex,
  type IntentRecord,
} from '@behest/spec'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from './testing/createWorld.js'

let world: World
const approver = privateKeyToAccount(devnetAccounts[8].privateKey)
const stranger = privateKeyToAccount(devnetAccounts[7].privateKey)

beforeAll(async () => {
  world = await createWorld(
    { quoteTimeoutMs: 15_000 },
    { approvers: [approver.address] },
  )
  world.setCandidates(
    await world.serve([world.honest, createAaveAgent(world.chain)]),
  )
}, 60_000)
afterAll(() => world?.stop())

const signYes = (record: IntentRecord, by: PrivateKeyAccount): Promise<Hex> => {
  const { intent } = record.artifacts
  if (intent?.order && record.order)
    return by.signTypedData(
      buildOrderTypedData({
        terms: intent.order,
        termsHash: record.order.termsHash,
      }),
    )
  return by.signTypedData({
    domain: { ...behestDomain, chainId: record.chainId },
    types: approvalTypedDataTypes,
    primaryType: 'Approval',
    message: {
      planHash: record.hashes.plan ?? '0x',
      simulationHash: record.hashes.simulation ?? '0x',
      decision: 'approve',
    },
  })
}

/** From the sentence to its end, with the yes of one person, or of none. */
async function carryOut(text: string, by?: PrivateKeyAccount) {
  const id = crypto.randomUUID()
  await world.engine.start({
    id,
    text,
    account: world.user,
    context: { now: new Date().toISOString(), timeZone: 'UTC' },
    principal: 'test',
  })
  await world.engine.advance(id)
  const waiting = await world.engine.get(id)
  await world.engine.decide({
    id,
    planHash: waiting.preview?.planHash ?? waiting.order?.termsHash ?? '0x',
    decision: 'approve',
    ...(by ? { signature: await signYes(waiting, by) } : {}),
  })
  await world.engine.advance(id).catch(() => {})
  return world.engine.get(id)
}

const usdcOf = () =>
  world.chain.readBalance({
    account: world.user,
    token: world.devnet.addresses.tokens.USDC,
  })

describe('where approvers are named', () => {
  test.each([
    ['nobody', undefined, 101],
    ['a stranger', stranger, 102],
  ] as const)(
    'error: the yes of %s has nothing signed',
    async (_who, by, units) => {
      const before = await usdcOf()
      const record = await carryOut('swap 100 USDC for DAI', by)
      expect(record.artifacts.receipt?.receipt.outcome).not.toBe('MET')
      expect(await usdcOf()).toBe(before)
      for (const text of [
        `swap ${units} USDC for ETH every day for 3 times`,
        `supply ${units} USDC to aave every day for 3 times`,
      ]) {
        const { id } = await carryOut(text, by)
        expect(await world.orders.get(id)).toBeNull()
      }
    },
  )

  test('default: theirs does, for a plan and for orders', async () => {
    const record = await carryOut('swap 100 USDC for DAI', approver)
    expect(record.artifacts.receipt?.receipt.outcome).toBe('MET')
    for (const text of [
      'swap 100 USDC for ETH every day for 3 times',
      'supply 100 USDC to aave every day for 3 times',
    ]) {
      const { id } = await carryOut(text, approver)
      const order = await world.orders.get(id)
      expect(order).toMatchObject({
        status: 'active',
        terms: { custody: 'mandate' },
      })
      await world.orders.cancel({ orderId: id, why: 'test' })
    }
  })
})
