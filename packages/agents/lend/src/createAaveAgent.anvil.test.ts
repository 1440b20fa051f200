import { type Carried, openChain, type TestChain } from '@behest/agent-testing'
import { aavePoolAbi } from '@behest/evm'
import type { Instruction, Quote } from '@behest/spec'
import { encodeFunctionData, parseUnits } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { holdsInSimulation } from '../test/holdsInSimulation.js'
import { createAaveAgent } from './createAaveAgent.js'

let chain: TestChain
let agent: ReturnType<typeof createAaveAgent>
let snapshotId: `0x${string}`
beforeAll(async () => {
  chain = await openChain()
  agent = createAaveAgent(chain.port)
  await chain.deal('USDC', parseUnits('100000', 6))
  await chain.deal('DAI', parseUnits('100000', 18))
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

type Amount = { readonly type: 'exact'; readonly units: bigint }
type Side = { readonly token: ReturnType<TestChain['token']> }

/** `'1.5 ETH'` as a token and an exact amount. */
const exact = (said: string): Side & { readonly amount: Amount } => ({
  token: chain.token(said.split(' ')[1] ?? ''),
  amount: { type: 'exact', units: units(said) },
})

const share = (symbol: string, bps: number) => ({
  token: chain.token(symbol),
  amount: { type: 'share', bps } as const,
})

/** Quotes, simulates as the engine would, then really does it. */
const carryOut = async (
  instruction: Instruction,
): Promise<Carried & { readonly quote: Quote }> => {
  const quote = await chain.askQuote(agent, instruction)
  await holdsInSimulation(chain, quote)
  const carried = await chain.carryOut(quote)
  for (const { token, spender } of quote.approvals)
    expect(await chain.allowanceOf(token, spender)).toBe(0n)
  return { ...carried, quote }
}

const gained = (carried: Carried, asset: string) =>
  carried.deltas.get(asset.toLowerCase()) ?? 0n

const declined = async (instruction: Instruction) => {
  const answer = await chain.ask(agent, instruction)
  if (answer.type !== 'behest.decline')
    throw new RangeError('it quoted where it should decline')
  return 'code' in answer ? answer : { code: '', message: '' }
}

const reserve = (symbol: 'WETH' | 'USDC' | 'DAI' | 'WBTC') =>
  chain.devnet.addresses.aaveV3.reserves[symbol]

describe('aave-v3 supply', () => {
  test.each([
    '1000 USDC',
    '0.123457 USDC',
    '0.000002 USDC',
    '1.5 ETH',
    '12.000000000000000001 DAI',
  ])('gives aTokens for %s', async (said) => {
    const { token, amount } = exact(said)
    const carried = await carryOut({ action: 'supply', token, amount })
    expect(gained(carried, token.address)).toBe(-amount.units)
    const [aToken] = carried.quote.receive
    const got = gained(carried, aToken?.token.address ?? '')
    expect(got).toBeGreaterThanOrEqual(aToken?.atLeastUnits ?? amount.units)
    expect(got).toBeLessThanOrEqual(amount.units + 2n)
  })

  test('a second supply on top of the first', async () => {
    await carryOut({ action: 'supply', ...exact('3 USDC') })
    await carryOut({ action: 'supply', ...exact('7.000001 USDC') })
  })

  test('an earlier step’s output is raised to what really came', async () => {
    const least = units('990 USDC')
    const realisedUnits = units('1003 USDC')
    const quote = await chain.askQuote(agent, {
      action: 'supply',
      token: chain.token('USDC'),
      amount: {
        type: 'output',
        step: 's0',
        units: least,
        expectedUnits: units('1000 USDC'),
      },
    })
    expect(quote.approvals[0]?.units).toBe(least)
    expect(quote.spend[0]?.atMostUnits).toBe(units('1000 USDC'))
    const carried = await chain.carryOut(quote, { realisedUnits })
    expect(gained(carried, chain.token('USDC').address)).toBe(-realisedUnits)
    const { aToken } = reserve('USDC')
    // Aave keeps scaled balances: a unit may be lost to rounding.
    expect(await chain.balanceOf(aToken)).toBeGreaterThanOrEqual(
      realisedUnits - 1n,
    )
  })

  test('an earlier step’s ether is raised too', async () => {
    const realisedUnits = units('1.01 ETH')
    const quote = await chain.askQuote(agent, {
      action: 'supply',
      token: chain.token('ETH'),
      amount: {
        type: 'output',
        step: 's0',
        units: units('0.99 ETH'),
        expectedUnits: units('1 ETH'),
      },
    })
    const carried = await chain.carryOut(quote, { realisedUnits })
    expect(gained(carried, 'native')).toBe(-realisedUnits)
  })
})

describe('aave-v3 withdraw', () => {
  test.each(['400 USDC', '0.5 ETH', '0.4 WETH'])(
    'gives %s back',
    async (said) => {
      await carryOut({ action: 'supply', ...exact('1000 USDC') })
      await carryOut({ action: 'supply', ...exact('1 ETH') })
      const { token, amount } = exact(said)
      const carried = await carryOut({ action: 'withdraw', token, amount })
      expect(gained(carried, token.address)).toBe(amount.units)
    },
  )

  test('half of it', async () => {
    await carryOut({ action: 'supply', ...exact('1000 USDC') })
    const carried = await carryOut({
      action: 'withdraw',
      ...share('USDC', 5000),
    })
    const got = gained(carried, chain.token('USDC').address)
    expect(got).toBe(carried.quote.receive[0]?.expectedUnits)
    expect(got - units('500 USDC')).toBeLessThan(10n)
  })

  test.each(['USDC', 'ETH'])(
    'all %s leaves nothing behind, interest included',
    async (symbol) => {
      await carryOut({ action: 'supply', ...exact(`10 ${symbol}`) })
      await chain.passTime(3600)
      const carried = await carryOut({
        action: 'withdraw',
        ...share(symbol, 10_000),
      })
      const { aToken } = reserve(symbol === 'ETH' ? 'WETH' : 'USDC')
      expect(await chain.balanceOf(aToken)).toBe(0n)
      const got = gained(carried, chain.token(symbol).address)
      expect(got).toBeGreaterThan(units(`10 ${symbol}`))
      expect(got).toBeGreaterThanOrEqual(
        carried.quote.receive[0]?.expectedUnits ?? 0n,
      )
    },
  )

  test('everything, where no token is named', async () => {
    await carryOut({ action: 'supply', ...exact('1000 USDC') })
    await carryOut({ action: 'supply', ...exact('5 DAI') })
    await carryOut({ action: 'supply', ...exact('1 ETH') })
    const carried = await carryOut({
      action: 'withdraw',
      amount: { type: 'share', bps: 10_000 },
    })
    expect(carried.quote.receive).toHaveLength(3)
    for (const symbol of ['USDC', 'DAI', 'WETH'] as const)
      expect(await chain.balanceOf(reserve(symbol).aToken)).toBe(0n)
  })

  test('declines what is not there', async () => {
    expect(
      await declined({ action: 'withdraw', ...exact('1 USDC') }),
    ).toMatchObject({ code: 'NOTHING_SUPPLIED' })
    expect(
      await declined({
        action: 'withdraw',
        amount: { type: 'share', bps: 10_000 },
      }),
    ).toMatchObject({ code: 'NOTHING_SUPPLIED' })
    await carryOut({ action: 'supply', ...exact('10 USDC') })
    const { code, message } = await declined({
      action: 'withdraw',
      ...exact('11 USDC'),
    })
    expect(code).toBe('MORE_THAN_SUPPLIED')
    expect(message).toContain('11 USDC')
  })

  test('declines what would break the health floor, and says how much may go', async () => {
    await carryOut({ action: 'supply', ...exact('1 ETH') })
    await carryOut({ action: 'borrow', ...exact('1000 USDC') })
    const { code, message } = await declined({
      action: 'withdraw',
      ...exact('0.7 ETH'),
    })
    expect(code).toBe('HEALTH_TOO_LOW')
    const most = /at most ([\d.]+) ETH/.exec(message)?.[1] ?? '0'
    await carryOut({ action: 'withdraw', ...exact(`${most} ETH`) })
    expect(
      await declined({
        action: 'withdraw',
        amount: { type: 'share', bps: 10_000 },
      }),
    ).toMatchObject({ code: 'HEALTH_TOO_LOW' })
  })
})

describe('aave-v3 borrow', () => {
  test.each([
    ['5000 USDC', '10 ETH'],
    ['5000 USDC', '10 WETH'],
    ['0.3 ETH', '5000 USDC'],
    ['0.3 WETH', '5000 DAI'],
  ])('%s against %s', async (said, against) => {
    if (against.endsWith('WETH'))
      await chain.send({
        to: chain.deployment.wrappedNative,
        valueWei: units(against),
        data: '0x',
      })
    const { token, amount } = exact(said)
    const collateral = exact(against)
    const carried = await carryOut({
      action: 'borrow',
      token,
      amount,
      collateral,
    })
    expect(gained(carried, token.address)).toBe(amount.units)
    expect(gained(carried, collateral.token.address)).toBe(
      -collateral.amount.units,
    )
    const [health] = await chain.port.readHealth({ account: chain.account })
    expect(Number(health?.after)).toBeCloseTo(
      Number(carried.quote.health?.[0]?.after),
      3,
    )
  })

  test('against what was supplied before', async () => {
    await carryOut({ action: 'supply', ...exact('1 ETH') })
    const carried = await carryOut({ action: 'borrow', ...exact('1000 USDC') })
    expect(gained(carried, chain.token('USDC').address)).toBe(
      units('1000 USDC'),
    )
    expect(carried.quote.health?.[0]?.after).toMatch(/^2\.4/)
  })

  test('declines without collateral, and a token that it has no market for', async () => {
    expect(
      await declined({ action: 'borrow', ...exact('10 USDC') }),
    ).toMatchObject({ code: 'NO_COLLATERAL' })
    const stranger = {
      ...chain.token('USDC'),
      address: '0x00000000000000000000000000000000000000ff',
    } as const
    const answer = await declined({
      action: 'borrow',
      token: stranger,
      amount: { type: 'exact', units: 5n },
    })
    expect(answer.code).toBe('TOKEN_NOT_LISTED')
    expect(answer.message).toContain('WETH, USDC, DAI, WBTC')
  })

  // 1 ETH at 3000 $: 80 % may be borrowed, at 82.5 % it is liquidated.
  test.each([
    ['1.01', '2401 USDC', 'LTV_TOO_HIGH', '2400'],
    ['1.1', '2300 USDC', 'HEALTH_TOO_LOW', '2250'],
    ['1.5', '1700 USDC', 'HEALTH_TOO_LOW', '1650'],
  ])(
    'L-LEND-03: floor %s declines %s with %s, and offers %s',
    async (minHealth, said, expected, offered) => {
      const careful = createAaveAgent({ ...chain.port, minHealth })
      await carryOut({ action: 'supply', ...exact('1 ETH') })
      const ask = async (wanted: string) => {
        const answer = await chain.ask(careful, {
          action: 'borrow',
          ...exact(wanted),
        })
        return 'code' in answer ? answer : undefined
      }
      const answer = await ask(said)
      expect(answer?.code).toBe(expected)
      const most = /at most ([\d.]+) USDC/.exec(answer?.message ?? '')?.[1]
      expect(Number(most)).toBeCloseTo(Number(offered), 2)
      expect(await ask(`${most} USDC`)).toBeUndefined()
      expect(
        await ask(`${(Number(most) + 0.00001).toFixed(6)} USDC`),
      ).toMatchObject({ code: expected })
    },
  )

  const callPool = (data: `0x${string}`) =>
    chain.send({ to: chain.deployment.aaveV3.pool, valueWei: 0n, data })

  test('collateral that was switched off is switched on', async () => {
    await carryOut({ action: 'supply', ...exact('1000 USDC') })
    await callPool(
      encodeFunctionData({
        abi: aavePoolAbi,
        functionName: 'setUserUseReserveAsCollateral',
        args: [chain.token('USDC').address as '0x', false],
      }),
    )
    expect(
      await declined({ action: 'borrow', ...exact('500 DAI') }),
    ).toMatchObject({ code: 'NO_COLLATERAL' })
    const carried = await carryOut({
      action: 'borrow',
      ...exact('500 DAI'),
      collateral: exact('10 USDC'),
    })
    expect(carried.quote.calls).toHaveLength(3)
  })

  test('in an e-mode category its own factors count', async () => {
    await carryOut({ action: 'supply', ...exact('1000 USDC') })
    const borrow = { action: 'borrow', ...exact('850 DAI') } as const
    expect(await declined(borrow)).toMatchObject({ code: 'HEALTH_TOO_LOW' })
    await callPool(
      encodeFunctionData({
        abi: aavePoolAbi,
        functionName: 'setUserEMode',
        args: [1],
      }),
    )
    const carried = await carryOut(borrow)
    expect(carried.quote.health?.[0]?.after).toMatch(/^1\.117/)
    expect(
      await declined({ action: 'withdraw', ...exact('50 USDC') }),
    ).toMatchObject({ code: 'HEALTH_TOO_LOW' })
    await carryOut({ action: 'repay', ...exact('400 DAI') })
    const withdrawn = await carryOut({
      action: 'withdraw',
      ...exact('50 USDC'),
    })
    // Nothing is told that is not known to the digit.
    expect(withdrawn.quote.health).toEqual([])
  })

  test('declines more than the reserve holds', async () => {
    await carryOut({ action: 'supply', ...exact('1 ETH') })
    expect(
      await declined({ action: 'borrow', ...exact('90000000 USDC') }),
    ).toMatchObject({ code: 'MARKET_LIQUIDITY' })
  })
})

describe('aave-v3 repay', () => {
  const borrow = async (said: string, against = '10 ETH') =>
    carryOut({
      action: 'borrow',
      ...exact(said),
      collateral: exact(against),
    })
  const debtOf = (symbol: 'WETH' | 'USDC' | 'DAI') =>
    chain.balanceOf(reserve(symbol).variableDebtToken)

  test('L-LEND-02: lowers the debt by what was said', async () => {
    await borrow('5000 USDC')
    const before = await debtOf('USDC')
    const carried = await carryOut({ action: 'repay', ...exact('2000 USDC') })
    expect(gained(carried, chain.token('USDC').address)).toBe(
      -units('2000 USDC'),
    )
    const interest = (await debtOf('USDC')) - (before - units('2000 USDC'))
    expect(interest).toBeGreaterThanOrEqual(-1n)
    expect(interest).toBeLessThan(1000n)
  })

  test.each([
    ['USDC', '10 ETH'],
    ['ETH', '50000 USDC'],
  ])('all %s, an hour later, to the last unit', async (symbol, against) => {
    const debtSymbol = symbol === 'ETH' ? 'WETH' : 'USDC'
    await borrow(symbol === 'ETH' ? '5 ETH' : '5000 USDC', against)
    await chain.passTime(3600)
    const debt = await debtOf(debtSymbol)
    const carried = await carryOut({
      action: 'repay',
      ...share(symbol, 10_000),
    })
    expect(await debtOf(debtSymbol)).toBe(0n)
    const paid = -gained(carried, chain.token(symbol).address)
    expect(paid).toBeGreaterThanOrEqual(debt)
    expect(paid).toBeLessThanOrEqual(carried.quote.spend[0]?.atMostUnits ?? 0n)
    // At most a day's interest is set aside.
    expect(carried.quote.spend[0]?.atMostUnits).toBeLessThan(
      debt + debt / 5_000n,
    )
  })

  test('all that the wallet holds, where that is less than the debt', async () => {
    await borrow('5000 USDC')
    await chain.deal('USDC', units('1200 USDC'))
    const carried = await carryOut({
      action: 'repay',
      ...share('USDC', 10_000),
    })
    expect(gained(carried, chain.token('USDC').address)).toBe(
      -units('1200 USDC'),
    )
    expect(await chain.balanceOf(chain.token('USDC').address as '0x')).toBe(0n)
  })

  test('a quarter of it', async () => {
    await borrow('4000 USDC')
    const carried = await carryOut({ action: 'repay', ...share('USDC', 2500) })
    const paid = -gained(carried, chain.token('USDC').address)
    expect(paid - units('1000 USDC')).toBeLessThan(10n)
  })

  test('what an earlier step gave', async () => {
    await borrow('4000 USDC')
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
    expect(gained(carried, chain.token('USDC').address)).toBe(-realisedUnits)
  })

  test('declines without a debt, and without tokens', async () => {
    expect(
      await declined({ action: 'repay', ...exact('1 USDC') }),
    ).toMatchObject({ code: 'NO_DEBT' })
    await borrow('4000 USDC')
    await chain.deal('USDC', 0n)
    expect(
      await declined({ action: 'repay', ...share('USDC', 10_000) }),
    ).toMatchObject({ code: 'NOTHING_HELD' })
  })
})

describe('aave-v3 venues', () => {
  test.each([
    ['aave', true],
    ['Aave V3', true],
    ['aave-v3', true],
    ['morpho', false],
    ['compound', false],
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
