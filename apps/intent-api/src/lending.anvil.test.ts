import { createAaveAgent, createMorphoAgent } from '@behest/agent-lend'
import { type HealthChange, type IntentRecord, toDecimal } from '@behest/spec'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from './testing/createWorld.js'

let world: World

beforeAll(async () => {
  world = await createWorld({ quoteTimeoutMs: 15_000 })
  world.setCandidates(
    await world.serve([
      createAaveAgent(world.chain),
      createMorphoAgent(world.chain),
    ]),
  )
}, 60_000)
afterAll(() => world?.stop())

const met = (record: IntentRecord) => {
  expect(record.problem?.detail ?? record.status).toBe('done')
  expect(record.artifacts.receipt?.receipt.outcome).toBe('MET')
}

const readVenues = async () =>
  (await world.chain.readHealth({ account: world.user })).map(
    ({ venue }) => venue,
  )

/** Moves the oracle: the loan is safe above the price told, and lost under it. */
const breaksAt = async (told: HealthChange | undefined) => {
  const [only, another] = told?.liquidationPrices ?? []
  if (told === undefined || only === undefined)
    throw new RangeError('a liquidation price')
  expect(only.symbol).toBe('WETH')
  expect(another).toBeUndefined()
  const today = await world.chain.readPriceUsdE8({ token: 'native' })
  const healthAt = async (percent: number) => {
    const usd = ((Number(only.priceUsd) * percent) / 100).toFixed(6)
    await world.devnet.setPrice({ symbol: 'WETH', usd })
    const health = await world.chain.readHealth({ account: world.user })
    return Number(health.find(({ venue }) => venue === told.venue)?.after)
  }
  expect(await healthAt(100.01)).toBeGreaterThanOrEqual(1)
  expect(await healthAt(99.99)).toBeLessThan(1)
  await world.devnet.setPrice({
    symbol: 'WETH',
    usd: toDecimal(today ?? 0n, 8),
  })
}

// One loan from its first day to its last: the tests follow each other.
describe('lending over several steps', () => {
  test('a borrow stands on what the step before it supplies', async () => {
    const record = await world.carryOut(
      'supply 1 ETH on aave and borrow 1000 USDC',
      async ({ preview }) => {
        const [health] = preview?.health ?? []
        expect(health?.before).toBeUndefined()
        expect(Number(health?.after)).toBeGreaterThan(1.8)
      },
    )
    met(record)
    await breaksAt(record.artifacts.simulation?.health[0])
    expect(record.artifacts.plan?.steps.map(({ action }) => action)).toEqual([
      'supply',
      'borrow',
    ])
    expect(await readVenues()).toEqual(['aave'])
  }, 60_000)

  test('a borrow that old and new collateral do not carry is refused', async () => {
    const record = await world.carryOut(
      'supply 0.1 ETH on aave and borrow 5000 USDC',
    )
    expect(record.status).toBe('failed')
    expect(record.problem?.detail).toContain('Borrow at most')
  }, 60_000)

  test('a health to stay above is kept, or the step is refused', async () => {
    const record = await world.carryOut(
      'borrow 900 USDC on aave if my health stays above 1.8',
    )
    expect(record.status).toBe('failed')
    expect(record.problem?.detail).toContain('1.8')
    met(
      await world.carryOut(
        'borrow 10 USDC on aave if my health stays above 1.8',
      ),
    )
  }, 60_000)

  test.each([
    'and keep my health above 1.8',
    'with a health factor of at least 1.8',
    "but don't let my health drop below 1.8",
  ])(
    'the same floor, said as people say it: %s',
    async (floor) => {
      const refused = await world.carryOut(`borrow 900 USDC on aave ${floor}`)
      expect(refused.status).toBe('failed')
      expect(refused.problem?.detail).toContain('1.8')
      met(
        await world.carryOut(
          `borrow 10 USDC on aave ${floor}`,
          async ({ preview, artifacts }) => {
            expect(Number(preview?.health[0]?.after)).toBeGreaterThanOrEqual(
              1.8,
            )
            expect(artifacts.plan?.steps[0]?.instruction).toMatchObject({
              minHealth: '1.8',
            })
          },
        ),
      )
    },
    60_000,
  )

  test('a repayment frees what the step after it withdraws, and only it', async () => {
    const alone = await world.carryOut('withdraw everything from aave')
    expect(alone.status).toBe('failed')
    expect(alone.problem?.detail).toContain('health factor')
    met(
      await world.carryOut(
        'repay all my USDC and withdraw everything from aave',
      ),
    )
    expect(await readVenues()).toEqual([])
  }, 60_000)

  test('where no venue is named, the collateral and the loan meet at one', async () => {
    met(await world.carryOut('supply 1 ETH and borrow 1000 USDC'))
    expect(await readVenues()).toHaveLength(1)
  }, 60_000)

  test('what is supplied goes where the loan can stand on it', async () => {
    met(
      await world.carryOut(
        'repay all my USDC on aave and withdraw everything from aave',
      ),
    )
    // Morpho pays more, and takes no such collateral.
    const record = await world.carryOut('supply 2000 USDC and borrow 0.1 ETH')
    met(record)
    expect(record.artifacts.plan?.steps.map(({ venue }) => venue)).toEqual([
      'aave',
      'aave',
    ])
    expect(record.artifacts.quotes?.ranking[0]?.why).toContain('on top of')
  }, 60_000)

  test('where no place carries the loan, the best one says why', async () => {
    const record = await world.carryOut('supply 100 USDC and borrow 100 ETH')
    expect(record.status).toBe('failed')
    expect(record.problem?.detail).toMatch(/Borrow at most|left to lend/)
  }, 60_000)

  test('a weak loan at Morpho comes with a warning that names the price', async () => {
    const record = await world.carryOut(
      'borrow 2000 USDC against 1 ETH on morpho',
      async ({ preview }) => {
        expect(preview?.warnings.join()).toMatch(/WETH under \$2\d{3}/)
      },
    )
    met(record)
    await breaksAt(record.artifacts.simulation?.health[0])
  }, 60_000)
})
