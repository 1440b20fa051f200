import { type Devnet, start } from '@behest/devnet'
import { aavePoolAbi, morphoAbi, toLocalDeployment } from '@behest/evm'
import type {
  Address,
  Capability,
  Hex,
  Quote,
  QuoteRequest,
} from '@behest/spec'
import { encodeFunctionData, parseAbi } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildCanaryPosition, type PositionAction } from './canaryPosition.js'
import { createCanarySimulation } from './createCanarySimulation.js'

const erc20 = parseAbi(['function transfer(address to, uint256 units)'])
const account: Address = `0x7e57${'11'.repeat(18)}`
const other: Address = `0x${'0b'.repeat(20)}`

let devnet: Devnet
let simulate: ReturnType<typeof createCanarySimulation>
beforeAll(async () => {
  devnet = await start({})
  simulate = createCanarySimulation({
    rpcUrl: devnet.url,
    findDeployment: async () => toLocalDeployment(devnet.addresses),
  })
})
afterAll(async () => {
  await devnet.stop()
})

/** A quote that moves `moved` and says that it moves `said`. */
function ask(options: {
  readonly moved: bigint
  readonly said: bigint
  readonly atMost?: bigint
  readonly valueWei?: bigint
}): Promise<string | undefined> {
  const address = devnet.addresses.tokens.USDC
  const token = { chainId: 31_337, symbol: 'USDC', address, decimals: 6 }
  const quote = {
    account,
    calls: [
      {
        to: address,
        valueWei: options.valueWei ?? 0n,
        data: encodeFunctionData({
          abi: erc20,
          functionName: 'transfer',
          args: [other, options.moved],
        }),
      },
    ],
    approvals: [],
    spend: [{ token, atMostUnits: options.atMost ?? options.said }],
    receive: [
      {
        token,
        account: other,
        atLeastUnits: options.said,
        expectedUnits: options.said,
      },
    ],
  } as unknown as Quote
  const request = {
    instruction: { action: 'transfer' },
  } as unknown as QuoteRequest
  return simulate({ quote, request })
}

describe('createCanarySimulation', () => {
  test('default: a quote that does what it says passes, from an account that owns nothing', async () => {
    expect(await ask({ moved: 5_000_000n, said: 5_000_000n })).toBeUndefined()
  })

  test('behavior: less than promised is a contradiction', async () => {
    expect(await ask({ moved: 4_000_000n, said: 5_000_000n })).toContain(
      'give 4000000 of USDC, and the quote says at least 5000000',
    )
  })

  test('behavior: more taken than said is a contradiction', async () => {
    expect(
      await ask({ moved: 9_000_000n, said: 5_000_000n, atMost: 5_000_000n }),
    ).toContain('take 9000000 of USDC, and the quote says at most 5000000')
  })

  test('behavior: calls that revert are a contradiction', async () => {
    expect(
      await ask({ moved: 5n, said: 5n, atMost: 5n, valueWei: 1n }),
    ).toContain('call 1 of the quote reverts')
  })
})

/** A quote of one venue whose calls are `calls`, with what they are said to do. */
function askOfPosition(options: {
  readonly action: PositionAction
  readonly venue: 'aave' | 'morpho'
  readonly data: readonly Hex[]
  readonly promised?: bigint
}): Promise<string | undefined> {
  const { action, venue, data, promised = units } = options
  const deployment = toLocalDeployment(devnet.addresses)
  const { USDC: address } = devnet.addresses.tokens
  const token = { chainId: 31_337, symbol: 'USDC', address, decimals: 6 }
  const to = toVenue(venue)
  const aToken = devnet.addresses.aaveV3.reserves.USDC.aToken
  const quote = {
    account,
    calls: data.map((one) => ({ to, valueWei: 0n, data: one })),
    approvals:
      action === 'repay' ? [{ token: address, spender: to, units }] : [],
    spend:
      action === 'repay'
        ? [{ token, atMostUnits: units }]
        : action === 'withdraw' && venue === 'aave'
          ? [{ token: { ...token, address: aToken }, atMostUnits: units + 1n }]
          : [],
    receive:
      action === 'repay'
        ? []
        : [{ token, account, atLeastUnits: promised, expectedUnits: promised }],
  } as unknown as Quote
  const priorChanges = buildCanaryPosition({
    action,
    capability: { venues: [venue] } as unknown as Capability,
    deployment,
    account,
    token: { ...token, name: 'USD Coin' },
    units,
  })
  expect(priorChanges?.wallet).toEqual(
    action === 'repay' ? [{ token: address, units: 2n * units }] : [],
  )
  const request = {
    chainId: 31_337,
    instruction: { action },
    priorChanges,
  } as unknown as QuoteRequest
  return simulate({ quote, request })
}

const units = 130_000n
const toVenue = (venue: 'aave' | 'morpho'): Address =>
  venue === 'aave'
    ? devnet.addresses.aaveV3.pool
    : devnet.addresses.morpho.morpho

/** The call of a venue that does what an action says, with an amount. */
function toData(
  venue: 'aave' | 'morpho',
  action: PositionAction,
  moved = units,
): Hex {
  const { USDC: asset } = devnet.addresses.tokens
  if (venue === 'aave')
    return action === 'withdraw'
      ? encodeFunctionData({
          abi: aavePoolAbi,
          functionName: 'withdraw',
          args: [asset, moved, account],
        })
      : action === 'borrow'
        ? encodeFunctionData({
            abi: aavePoolAbi,
            functionName: 'borrow',
            args: [asset, moved, 2n, 0, account],
          })
        : encodeFunctionData({
            abi: aavePoolAbi,
            functionName: 'repay',
            args: [asset, moved, 2n, account],
          })
  const found = devnet.addresses.morpho.markets.find(
    ({ loanToken }) => loanToken === asset,
  )
  const market = found as NonNullable<typeof found>
  return action === 'repay'
    ? encodeFunctionData({
        abi: morphoAbi,
        functionName: 'repay',
        args: [market, moved, 0n, account, '0x'],
      })
    : encodeFunctionData({
        abi: morphoAbi,
        functionName: action,
        args: [market, moved, 0n, account, account],
      })
}

describe.each(['aave', 'morpho'] as const)('a position at %s', (venue) => {
  test.each(['withdraw', 'borrow', 'repay'] as const)(
    'default: a quote to %s that does what it says passes',
    async (action) => {
      const data = [toData(venue, action)]
      expect(await askOfPosition({ action, venue, data })).toBeUndefined()
    },
  )

  test.each(['withdraw', 'borrow'] as const)(
    'behavior: a quote to %s that gives less contradicts itself',
    async (action) => {
      const data = [toData(venue, action, units - 10n)]
      expect(await askOfPosition({ action, venue, data })).toContain(
        `give ${units - 10n} of USDC, and the quote says at least ${units}`,
      )
    },
  )

  test('behavior: calls that repay nothing contradict the quote', async () => {
    expect(await askOfPosition({ action: 'repay', venue, data: [] })).toContain(
      'leave the debt as it was',
    )
  })

  test('behavior: more than the position holds reverts', async () => {
    expect(
      await askOfPosition({
        action: 'withdraw',
        venue,
        data: [toData(venue, 'withdraw', units * 3n)],
      }),
    ).toContain('call 1 of the quote reverts')
  })
})
