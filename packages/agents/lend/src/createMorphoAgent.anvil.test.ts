import { type Carried, openChain, type TestChain } from '@behest/agent-testing'
import { type ChainDeployment, createChainPort } from '@behest/evm'
import type { Address, Instruction, Quote } from '@behest/spec'
import { parseUnits } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { holdsInSimulation } from '../test/holdsInSimulation.js'
import { openMorphoMarket } from '../test/openMorphoMarket.js'
import { createMorphoAgent } from './createMorphoAgent.js'

let chain: TestChain
let agent: ReturnType<typeof createMorphoAgent>
let snapshotId: `0x${string}`
beforeAll(async () => {
  chain = await openChain()
  agent = createMorphoAgent(chain.port)
  await chain.deal('USDC', parseUnits('3000000', 6))
  await chain.deal('DAI', parseUnits('3000000', 18))
  await chain.send({
    to: chain.deployment.wrappedNative,
    valueWei: parseUnits('1000', 18),
    data: '0x',
  })
  snapshotId = await chain.devnet.snapshot()
})
beforeEach(async () => {
  await chain.devnet.revert(snapshotId)
  snapshotId = await chain.devnet.snapshot()
})
afterAll(() => chain.devnet.stop())

const units = (said: string) => {
  const [amount = '', symbol = ''] = said.split(' ')
  return parseUnits(amount, chain.token(symbol).decimals)
}

/** `'1.5 ETH'` as a token and an exact amount. */
const exact = (said: string) => ({
  token: chain.token(said.split(' ')[1] ?? ''),
  amount: { type: 'exact', units: units(said) } as const,
})

const share = (symbol: string, bps: number) => ({
  token: chain.token(symbol),
  amount: { type: 'share', bps } as const,
})

const addressOf = (symbol: string): Address => {
  const { address } = chain.token(symbol)
  return address === 'native' ? chain.deployment.wrappedNative : address
}

/** Quotes, simulates as the engine would, then really does it. */
const carryOut = async (
  instruction: Instruction,
  options: { readonly agent?: typeof agent; readonly chain?: TestChain } = {},
): Promise<Carried & { readonly quote: Quote }> => {
  const on = options.chain ?? chain
  const quote = await on.askQuote(options.agent ?? agent, instruction)
  await holdsInSimulation(on, quote)
  const carried = await on.carryOut(quote)
  for (const { token, spender } of quote.approvals)
    expect(await on.allowanceOf(token, spender)).toBe(0n)
  return { ...carried, quote }
}

const gained = (carried: Carried, asset: string) =>
  carried.deltas.get(asset.toLowerCase()) ?? 0n

const declined = async (instruction: Instruction, by = agent) => {
  const answer = await chain.ask(by, instruction)
  if (!('code' in answer))
    throw new RangeError('it quoted where it should decline')
  return answer
}

describe('morpho-blue supply and withdraw', () => {
  test('earns in the market that lends the token', async () => {
    const carried = await carryOut({ action: 'supply', ...exact('1000 USDC') })
    expect(gained(carried, addressOf('USDC'))).toBe(-units('1000 USDC'))
    expect(carried.quote.positions[0]).toMatchObject({
      venue: 'morpho',
      market: chain.deployment.morpho.markets[0]?.id,
      kind: 'supplied',
    })
  })

  test('an earlier step’s output is raised to what really came', async () => {
    const quote = await chain.askQuote(agent, {
      action: 'supply',
      token: chain.token('USDC'),
      amount: {
        type: 'output',
        step: 's0',
        units: units('990 USDC'),
        expectedUnits: units('1000 USDC'),
      },
    })
    const realisedUnits = units('1003 USDC')
    const carried = await chain.carryOut(quote, { realisedUnits })
    expect(gained(carried, addressOf('USDC'))).toBe(-realisedUnits)
  })

  test.each([
    [{ type: 'exact', units: 400_000_000n }, 400_000_000n],
    [{ type: 'share', bps: 2500 }, 250_000_000n],
  ] as const)('gives back %o', async (amount, expected) => {
    await carryOut({ action: 'supply', ...exact('1000 USDC') })
    const carried = await carryOut({
      action: 'withdraw',
      token: chain.token('USDC'),
      amount,
    })
    const got = gained(carried, addressOf('USDC'))
    expect(got).toBe(carried.quote.receive[0]?.expectedUnits)
    expect(expected - got).toBeLessThanOrEqual(1n)
  })

  test('all of it leaves nothing behind, interest included', async () => {
    await carryOut({ action: 'supply', ...exact('1000 USDC') })
    await chain.passTime(86_400)
    const carried = await carryOut({
      action: 'withdraw',
      ...share('USDC', 10_000),
    })
    expect(gained(carried, addressOf('USDC'))).toBeGreaterThan(
      units('1000 USDC'),
    )
    expect(
      await declined({ action: 'withdraw', ...exact('0.000001 USDC') }),
    ).toMatchObject({ code: 'NOTHING_SUPPLIED' })
  })

  test('everything, where no token is named', async () => {
    await carryOut({ action: 'supply', ...exact('1000 USDC') })
    await carryOut({ action: 'supply', ...exact('500 DAI') })
    const carried = await carryOut({
      action: 'withdraw',
      amount: { type: 'share', bps: 10_000 },
    })
    expect(carried.quote.receive).toHaveLength(2)
  })

  test('declines what is not there', async () => {
    await carryOut({ action: 'supply', ...exact('10 USDC') })
    expect(
      await declined({ action: 'withdraw', ...exact('11 USDC') }),
    ).toMatchObject({ code: 'MORE_THAN_SUPPLIED' })
    expect(
      await declined({ action: 'withdraw', ...exact('1 DAI') }),
    ).toMatchObject({ code: 'NOTHING_SUPPLIED' })
  })

  test('L-LEND-01: declines a token that no market lends', async () => {
    const answer = await declined({ action: 'supply', ...exact('0.01 WBTC') })
    expect(answer.code).toBe('TOKEN_NOT_LISTED')
    expect(answer.message).toContain('USDC against WETH')
    expect(
      await declined({
        action: 'supply',
        ...exact('5 USDC'),
        pool: `0x${'ab'.repeat(32)}`,
      }),
    ).toMatchObject({ code: 'POOL_UNKNOWN' })
  })
})

describe('morpho-blue borrow and repay', () => {
  test.each(['2 ETH', '2 WETH'])(
    'borrows against %s and takes it back',
    async (against) => {
      const collateral = exact(against)
      const carried = await carryOut({
        action: 'borrow',
        ...exact('1500 USDC'),
        collateral,
      })
      expect(gained(carried, addressOf('USDC'))).toBe(units('1500 USDC'))
      expect(gained(carried, collateral.token.address)).toBe(-units(against))
      const health = await chain.port.readHealth({ account: chain.account })
      const measured = health.find(({ venue }) => venue === 'morpho')
      expect(Number(measured?.after)).toBeCloseTo(
        Number(carried.quote.health?.[0]?.after),
        3,
      )

      const more = await carryOut({ action: 'borrow', ...exact('500 USDC') })
      expect(more.quote.approvals).toEqual([])
      // What the first loan was measured to leave is what the second begins at.
      expect(Number(more.quote.health?.[0]?.before)).toBeCloseTo(
        Number(measured?.after),
        3,
      )

      await chain.passTime(3600)
      const repaid = await carryOut({
        action: 'repay',
        ...share('USDC', 10_000),
      })
      expect(-gained(repaid, addressOf('USDC'))).toBeGreaterThan(
        units('2000 USDC'),
      )
      const after = await chain.port.readHealth({ account: chain.account })
      expect(after.filter(({ venue }) => venue === 'morpho')).toEqual([])

      const taken = await carryOut({
        action: 'withdraw',
        ...share(against.split(' ')[1] ?? '', 10_000),
      })
      expect(gained(taken, collateral.token.address)).toBe(units(against))
    },
  )

  test('L-LEND-02: a repayment lowers the debt by what was said', async () => {
    await carryOut({
      action: 'borrow',
      ...exact('1500 USDC'),
      collateral: exact('2 ETH'),
    })
    const carried = await carryOut({ action: 'repay', ...exact('400 USDC') })
    expect(gained(carried, addressOf('USDC'))).toBe(-units('400 USDC'))
    const quarter = await carryOut({ action: 'repay', ...share('USDC', 2500) })
    expect(
      -gained(quarter, addressOf('USDC')) - units('275 USDC'),
    ).toBeLessThan(10n)
  })

  test('more than is owed closes the debt and takes no more', async () => {
    await carryOut({
      action: 'borrow',
      ...exact('1500 USDC'),
      collateral: exact('2 ETH'),
    })
    const carried = await carryOut({ action: 'repay', ...exact('5000 USDC') })
    const paid = -gained(carried, addressOf('USDC'))
    expect(paid - units('1500 USDC')).toBeLessThan(1000n)
    expect(
      await declined({ action: 'repay', ...exact('1 USDC') }),
    ).toMatchObject({ code: 'NO_DEBT' })
  })

  test('all that the wallet holds, where that is less than the debt', async () => {
    await carryOut({
      action: 'borrow',
      ...exact('1500 USDC'),
      collateral: exact('2 ETH'),
    })
    await chain.deal('USDC', units('100 USDC'))
    const carried = await carryOut({
      action: 'repay',
      ...share('USDC', 10_000),
    })
    expect(gained(carried, addressOf('USDC'))).toBe(-units('100 USDC'))
    await chain.deal('USDC', 0n)
    expect(
      await declined({ action: 'repay', ...share('USDC', 10_000) }),
    ).toMatchObject({ code: 'NOTHING_HELD' })
  })

  test('what an earlier step gave', async () => {
    await carryOut({
      action: 'borrow',
      ...exact('1500 USDC'),
      collateral: exact('2 ETH'),
    })
    const quote = await chain.askQuote(agent, {
      action: 'repay',
      token: chain.token('USDC'),
      amount: {
        type: 'output',
        step: 's0',
        units: units('900 USDC'),
        expectedUnits: units('950 USDC'),
      },
    })
    const realisedUnits = units('960 USDC')
    const carried = await chain.carryOut(quote, { realisedUnits })
    expect(gained(carried, addressOf('USDC'))).toBe(-realisedUnits)
  })

  test('L-LEND-01: declines collateral that the market does not take', async () => {
    const answer = await declined({
      action: 'borrow',
      ...exact('10 USDC'),
      collateral: exact('1 WBTC'),
    })
    expect(answer.code).toBe('COLLATERAL_MISMATCH')
    expect(answer.message).toContain('USDC against WETH')
    expect(
      await declined({ action: 'borrow', ...exact('10 USDC') }),
    ).toMatchObject({ code: 'NO_COLLATERAL' })
  })

  test('L-LEND-03: declines past the floor, and says what may be borrowed', async () => {
    const ask = (said: string) =>
      chain.ask(agent, {
        action: 'borrow',
        ...exact(said),
        collateral: exact('1 ETH'),
      })
    const answer = await ask('2500 USDC')
    if (!('code' in answer)) throw new RangeError('it quoted')
    expect(answer.code).toBe('HEALTH_TOO_LOW')
    const most = /at most ([\d.]+) USDC/.exec(answer.message)?.[1]
    // 86 % of 3000 $, divided by the floor of 1.1.
    expect(Number(most)).toBeCloseTo(2345.45, 1)
    expect('code' in (await ask(`${most} USDC`))).toBe(false)
    await carryOut({
      action: 'borrow',
      ...exact('2000 USDC'),
      collateral: exact('1 ETH'),
    })
    expect(
      await declined({ action: 'withdraw', ...exact('0.5 ETH') }),
    ).toMatchObject({ code: 'HEALTH_TOO_LOW' })
    expect(
      await declined({
        action: 'borrow',
        ...exact('2000000 USDC'),
        collateral: exact('1000 WETH'),
      }),
    ).toMatchObject({ code: 'MARKET_LIQUIDITY' })
  })
})

describe('morpho-blue, several markets', () => {
  const widen = (
    markets: ChainDeployment['morpho']['markets'],
  ): TestChain & { readonly agent: typeof agent } => {
    const deployment = {
      ...chain.deployment,
      morpho: {
        ...chain.deployment.morpho,
        markets: [...chain.deployment.morpho.markets, ...markets],
      },
    }
    const port = createChainPort({ rpcUrl: chain.devnet.url, deployment })
    return { ...chain, port, deployment, agent: createMorphoAgent(port) }
  }

  test('a large deposit is split, and earns more than in one of them', async () => {
    const market = await openMorphoMarket(chain, {
      loanToken: addressOf('USDC'),
      collateralToken: addressOf('DAI'),
      // One dollar for one dollar, 6 decimals against 18.
      price: 10n ** 24n,
      suppliedUnits: units('1000000 USDC'),
      collateralUnits: units('2000000 DAI'),
      borrowedUnits: units('820000 USDC'),
    })
    const wide = widen([market])
    const carried = await carryOut(
      { action: 'supply', ...exact('1000000 USDC') },
      { agent: wide.agent, chain: wide },
    )
    expect(carried.quote.calls).toHaveLength(2)
    expect(gained(carried, addressOf('USDC'))).toBe(-units('1000000 USDC'))
    const alone = await chain.askQuote(agent, {
      action: 'supply',
      ...exact('1000000 USDC'),
    })
    expect(Number(carried.quote.ratePerYear)).toBeGreaterThan(
      Number(alone.ratePerYear),
    )
  })

  test('native coin is wrapped on the way in and unwrapped on the way out', async () => {
    const market = await openMorphoMarket(chain, {
      loanToken: addressOf('WETH'),
      collateralToken: addressOf('USDC'),
      // 3000 dollars for one ether, 18 decimals against 6.
      price: (10n ** 36n * 10n ** 12n) / 3000n,
      suppliedUnits: units('500 WETH'),
      collateralUnits: units('1500000 USDC'),
      borrowedUnits: units('300 WETH'),
    })
    const wide = widen([market])
    const on = { agent: wide.agent, chain: wide }
    const supplied = await carryOut({ action: 'supply', ...exact('2 ETH') }, on)
    expect(gained(supplied, 'native')).toBe(-units('2 ETH'))
    const withdrawn = await carryOut(
      { action: 'withdraw', ...exact('0.5 ETH') },
      on,
    )
    expect(gained(withdrawn, 'native')).toBe(units('0.5 ETH'))
    const borrowed = await carryOut(
      { action: 'borrow', ...exact('0.2 ETH') },
      on,
    )
    expect(gained(borrowed, 'native')).toBe(units('0.2 ETH'))
    const repaid = await carryOut({ action: 'repay', ...exact('0.1 ETH') }, on)
    expect(gained(repaid, 'native')).toBe(-units('0.1 ETH'))
    // Ether that an earlier step gave: its guaranteed part, as it is.
    const quote = await wide.askQuote(wide.agent, {
      action: 'supply',
      token: chain.token('ETH'),
      amount: {
        type: 'output',
        step: 's0',
        units: units('1 ETH'),
        expectedUnits: units('1.01 ETH'),
      },
    })
    expect(quote.calls.flatMap((call) => call.amountOffsets ?? [])).toEqual([])
    const carried = await wide.carryOut(quote)
    expect(gained(carried, 'native')).toBe(-units('1 ETH'))
  })
})

describe('morpho-blue venues', () => {
  test.each([
    ['morpho', true],
    ['Morpho Blue', true],
    ['morpho-blue', true],
    ['aave', false],
  ])('%s is ours: %s', async (venue, isOurs) => {
    const answer = await chain.ask(agent, {
      action: 'supply',
      ...exact('1 USDC'),
      venue,
    })
    expect('code' in answer ? answer.code : 'quoted').toBe(
      isOurs ? 'quoted' : 'NOT_SERVED',
    )
  })
})
