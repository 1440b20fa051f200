import { createAaveAgent } from '@behest/agent-lend'
import { createTransferAgent } from '@behest/agent-transfer'
import type { IntentRecord } from '@behest/spec'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from './testing/createWorld.js'

const bob = '0x00000000000000000000000000000000000B0b01'

let world: World

beforeAll(async () => {
  world = await createWorld({ quoteTimeoutMs: 15_000 })
  world.setCandidates(
    await world.serve([
      world.honest,
      createAaveAgent(world.chain),
      createTransferAgent({ chains: [world.chain] }),
    ]),
  )
}, 60_000)

afterAll(() => world?.stop())

const readCoin = () =>
  world.chain.readBalance({ account: world.user, token: 'native' })

const readReceipt = (record: IntentRecord) => {
  expect(record.problem?.detail ?? record.status).toBe('done')
  const receipt = record.artifacts.receipt?.receipt
  expect(receipt?.steps.flatMap(({ why }) => why ?? [])).toEqual([])
  expect(receipt?.outcome).toBe('MET')
  return receipt
}

const listTransactions = (record: IntentRecord) => [
  ...new Set(
    record.artifacts.execution?.transactions.flatMap(({ hash }) => hash ?? []),
  ),
]

describe('an intent by mandate', () => {
  test('default: the executor swaps for the user and pays the gas', async () => {
    const before = await readCoin()
    const record = await world.carryOut(
      'swap 1 ETH for USDC',
      async ({ preview }) => {
        expect(preview?.custody).toMatchObject({
          type: 'mandate',
          executor: world.executor,
          mandates: [{ stepIds: ['s1'] }],
        })
        const [mandate] = preview?.custody?.mandates ?? []
        expect(mandate?.delegationHash).toMatch(/^0x/)
        expect(mandate?.says).toContain('at most 1 ETH leave your account')
        expect(mandate?.says).toContain('no DAI leaves your account')
      },
      'mandate',
    )
    expect(readReceipt(record)?.gasPaidBy).toBe(world.executor)
    expect(before - (await readCoin())).toBe(10n ** 18n)
    expect(listTransactions(record)).toHaveLength(1)
  })

  test('behavior: fixed amounts go as one batch, all of it or nothing', async () => {
    const record = await world.carryOut(
      `send 10 USDC to ${bob} and swap 1 ETH for USDC`,
      undefined,
      'mandate',
    )
    readReceipt(record)
    expect(record.artifacts.plan?.custody).toMatchObject({
      mandates: [{ stepIds: ['s1', 's2'] }],
    })
    expect(listTransactions(record)).toHaveLength(1)
    expect(
      await world.chain.readBalance({
        account: bob,
        token: world.devnet.addresses.tokens.USDC,
      }),
    ).toBe(10_000_000n)
  })

  test('behavior: an amount that an earlier leg gives has a mandate of its own', async () => {
    const record = await world.carryOut(
      'swap 1 ETH for USDC and lend it on aave',
      undefined,
      'mandate',
    )
    const receipt = readReceipt(record)
    expect(record.artifacts.plan?.custody).toMatchObject({
      mandates: [
        { stepIds: ['s1'], delegationHash: expect.stringMatching(/^0x/) },
        { stepIds: ['s2'] },
      ],
    })
    expect(listTransactions(record)).toHaveLength(2)
    const [got, lent] = (receipt?.steps ?? []).map(
      ({ realised }) =>
        realised.find(({ symbol }) => symbol === 'USDC')?.units ?? 0n,
    )
    expect(got).toBeGreaterThan(0n)
    expect(lent).toBe(-(got ?? 0n))
  })

  test('behavior: what was lent comes back, as the coin too', async () => {
    readReceipt(
      await world.carryOut(
        'withdraw all my USDC from aave',
        undefined,
        'mandate',
      ),
    )
    const before = await readCoin()
    readReceipt(
      await world.carryOut('swap 100 USDC for ETH', undefined, 'mandate'),
    )
    expect(await readCoin()).toBeGreaterThan(before)
  })

  test('behavior: who did not choose and has no coin for gas can act', async () => {
    await world.devnet.deal({
      account: world.user,
      token: 'native',
      amountUnits: 0n,
    })
    const record = await world.carryOut('swap 100 USDC for DAI')
    expect(record.preview?.custody?.type).toBe('mandate')
    readReceipt(record)
    const direct = await world.carryOut(
      'swap 100 USDC for DAI',
      undefined,
      'direct',
    )
    expect(direct.problem?.code).toBe('INSUFFICIENT_GAS')
  })

  test('behavior: an account that can give none goes directly, and is told why', async () => {
    await world.devnet.deal({
      account: world.executor,
      token: 'native',
      amountUnits: 0n,
    })
    await world.devnet.deal({
      account: world.user,
      token: 'native',
      amountUnits: 10n ** 18n,
    })
    const record = await world.carryOut(
      'swap 100 USDC for DAI',
      undefined,
      'mandate',
    )
    expect(record.preview?.custody).toMatchObject({
      type: 'direct',
      says: expect.stringContaining('because the executor cannot pay'),
    })
    expect(readReceipt(record)?.gasPaidBy).toBeUndefined()
  })
})
