import {
  deployments,
  uniswapV2RouterAbi,
  universalRouterAbi,
  universalRouterCommands,
} from '@behest/evm'
import type { Hex } from '@behest/spec'
import fc from 'fast-check'
import {
  type AbiFunction,
  decodeAbiParameters,
  decodeFunctionData,
  hexToBytes,
  isAddressEqual,
} from 'viem'
import { describe, expect, test } from 'vitest'
import { encodeForRouter, listSpenders } from './encodeForRouter.js'
import { getLeastOut, getMostIn, sumOf } from './encodeSwap.js'
import type { SwapLeg, SwapVenue } from './SwapLeg.js'
import {
  account,
  deadlineUnixSeconds,
  exactIn,
  exactOut,
  toAddress,
} from './testing/swapLegs.js'

const routers = deployments.ethereum
const v2 = routers.uniswapV2.router
const v3 = routers.uniswapV3.swapRouter02
const { universalRouter } = routers

type Sides = { readonly sellsNative?: boolean; readonly buysNative?: boolean }

const encode = (legs: readonly SwapLeg[], sides: Sides = {}) =>
  encodeForRouter({
    routers,
    legs,
    account,
    sellsNative: false,
    buysNative: false,
    deadlineUnixSeconds,
    ...sides,
  })

const venue = fc.constantFrom<SwapVenue>('uniswap-v2', 'uniswap-v3')
const venues = fc.array(venue, { minLength: 1, maxLength: 4 })
const units = fc.bigInt({ min: 1n, max: 2n ** 200n })
const sides = fc.constantFrom<Sides>(
  {},
  { sellsNative: true },
  { buysNative: true },
)

/** The commands of a call to the Universal Router, by name. */
const readCommands = (data: Hex) => {
  const { args } = decodeFunctionData({ abi: universalRouterAbi, data })
  const [commands, inputs, deadline] = args
  expect(deadline).toBe(BigInt(deadlineUnixSeconds))
  const known: Readonly<Record<number, AbiFunction>> = universalRouterCommands
  return [...hexToBytes(commands)].map((code, index) => {
    const item = known[code]
    if (item === undefined) throw new RangeError(`command ${code}`)
    return {
      name: item.name,
      values: decodeAbiParameters(item.inputs, inputs[index] ?? '0x'),
    }
  })
}

describe('encodeForRouter', () => {
  test.each([
    ['one way through V2', [exactIn(['uniswap-v2'], 1n)], {}, v2],
    [
      'one way through two pairs',
      [exactIn(['uniswap-v2', 'uniswap-v2'], 1n)],
      { buysNative: true },
      v2,
    ],
    ['coin by V2', [exactIn(['uniswap-v2'], 1n)], { sellsNative: true }, v2],
    ['exact from V2', [exactOut(['uniswap-v2'], 1n, 2n)], {}, v2],
    ['V3', [exactIn(['uniswap-v3'], 1n)], {}, v3],
    ['both venues', [exactIn(['uniswap-v2', 'uniswap-v3'], 1n)], {}, v3],
    [
      'two ways through V2',
      [exactIn(['uniswap-v2'], 1n), exactIn(['uniswap-v2'], 1n)],
      {},
      v3,
    ],
    [
      'coin by V3',
      [exactIn(['uniswap-v3'], 1n)],
      { sellsNative: true },
      universalRouter,
    ],
    [
      'coin over two ways',
      [exactIn(['uniswap-v2'], 1n), exactIn(['uniswap-v3'], 1n)],
      { sellsNative: true },
      universalRouter,
    ],
    [
      'coin for an exact amount',
      [exactOut(['uniswap-v3'], 1n, 2n)],
      { sellsNative: true },
      v3,
    ],
    [
      'coin for an exact amount over two ways',
      [exactOut(['uniswap-v2'], 1n, 2n), exactOut(['uniswap-v3'], 1n, 2n)],
      { sellsNative: true },
      universalRouter,
    ],
  ] as const)('%s goes to the cheapest router', (_name, legs, side, router) => {
    expect(encode(legs, side).router).toBe(router)
  })

  test('only a router without coin to be sent is allowed to take anything', () => {
    fc.assert(
      fc.property(
        fc.array(venues, { minLength: 1, maxLength: 3 }),
        sides,
        (paths, side) => {
          const { router, valueWei } = encode(
            paths.map((path) => exactIn(path, 3n)),
            side,
          )
          if (side.sellsNative) expect(valueWei).toBe(3n * BigInt(paths.length))
          else {
            expect(valueWei).toBe(0n)
            expect(
              listSpenders(routers).some((one) => isAddressEqual(one, router)),
            ).toBe(true)
          }
        },
      ),
    )
  })

  test('writing another amount at the offsets is encoding that amount', () => {
    fc.assert(
      fc.property(
        venues,
        units,
        units,
        sides,
        (path, amount, realised, side) => {
          const encoded = encode([exactIn(path, amount)], side)
          const wanted = encode([exactIn(path, realised)], side)
          let { data, valueWei } = encoded
          for (const offset of encoded.amountOffsets)
            if (offset === -1) valueWei = realised
            else {
              const start = 2 + offset * 2
              expect(BigInt(`0x${data.slice(start, start + 64)}`)).toBe(amount)
              data = `${data.slice(0, start)}${realised
                .toString(16)
                .padStart(64, '0')}${data.slice(start + 64)}` as Hex
            }
          expect(data).toBe(wanted.data)
          expect(valueWei).toBe(wanted.valueWei)
        },
      ),
    )
  })
})

describe('by V2’s own router', () => {
  const read = (legs: readonly SwapLeg[], side: Sides = {}) => {
    const { data, valueWei } = encode(legs, side)
    const { functionName, args } = decodeFunctionData({
      abi: uniswapV2RouterAbi,
      data,
    })
    return { functionName, args, valueWei }
  }
  const path = [toAddress(0), toAddress(1), toAddress(99)].map((address) =>
    expect.stringMatching(new RegExp(`^${address}$`, 'i')),
  )
  const rest = [path, account, BigInt(deadlineUnixSeconds)]
  const pairs = ['uniswap-v2', 'uniswap-v2'] as const

  test.each([
    [
      {},
      'swapExactTokensForTokensSupportingFeeOnTransferTokens',
      [10n, 7n, ...rest],
      0n,
    ],
    [
      { sellsNative: true },
      'swapExactETHForTokensSupportingFeeOnTransferTokens',
      [7n, ...rest],
      10n,
    ],
    [
      { buysNative: true },
      'swapExactTokensForETHSupportingFeeOnTransferTokens',
      [10n, 7n, ...rest],
      0n,
    ],
  ])(
    'exact in, %o: to the account, under bound and deadline',
    (side, functionName, args, valueWei) => {
      expect(read([exactIn(pairs, 10n, 7n)], side)).toEqual({
        functionName,
        args,
        valueWei,
      })
    },
  )

  test.each([
    [{}, 'swapTokensForExactTokens', [7n, 10n, ...rest], 0n],
    [{ sellsNative: true }, 'swapETHForExactTokens', [7n, ...rest], 10n],
    [{ buysNative: true }, 'swapTokensForExactETH', [7n, 10n, ...rest], 0n],
  ])(
    'exact out, %o: to the account, under bound and deadline',
    (side, functionName, args, valueWei) => {
      expect(read([exactOut(pairs, 7n, 10n)], side)).toEqual({
        functionName,
        args,
        valueWei,
      })
    },
  )
})

describe('by the Universal Router', () => {
  const isSwap = ({ name }: { name: string }) => name.includes('SWAP')

  test('all coin is wrapped once, and each way has its own bound', () => {
    fc.assert(
      fc.property(fc.array(venues, { minLength: 2, maxLength: 4 }), (paths) => {
        const legs = paths.map((path, index) =>
          exactIn(path, BigInt(index + 3), BigInt(index + 50)),
        )
        const { data, valueWei } = encode(legs, { sellsNative: true })
        const [first, ...others] = readCommands(data)
        expect(first?.name).toBe('WRAP_ETH')
        expect(first?.values[1]).toBe(valueWei)
        expect(valueWei).toBe(sumOf(legs, getMostIn))
        expect(others.every(isSwap)).toBe(true)
        const toAccount = others.filter(({ values }) => values[0] === account)
        expect(toAccount.map(({ values }) => values[2])).toEqual(
          legs.map(getLeastOut),
        )
        // What passes on is bounded at its end, and never paid by the account.
        for (const { values } of others) expect(values[4]).toBe(false)
      }),
    )
  })

  test('what exact outputs leave of the coin comes back at the end', () => {
    const legs = [
      exactOut(['uniswap-v2'], 7n, 10n),
      exactOut(['uniswap-v3', 'uniswap-v3'], 8n, 20n),
    ]
    const { data, valueWei } = encode(legs, { sellsNative: true })
    expect(valueWei).toBe(30n)
    expect(
      readCommands(data).map(({ name, values }) => [
        name,
        ...values.slice(0, 3).map(String),
      ]),
    ).toEqual([
      ['WRAP_ETH', expect.stringMatching(/2$/), '30'],
      ['V2_SWAP_EXACT_OUT', account, '7', '10'],
      ['V3_SWAP_EXACT_OUT', account, '8', '20'],
      ['UNWRAP_WETH', account, '0'],
    ])
  })

  test('a pool pays the pair that follows it directly', () => {
    const leg = exactIn(['uniswap-v3', 'uniswap-v2', 'uniswap-v3'], 9n, 4n)
    const commands = readCommands(encode([leg], { sellsNative: true }).data)
    const pair = leg.hops[1]?.pool ?? ''
    expect(
      commands.map(({ name, values }) => [name, String(values[0]), values[1]]),
    ).toEqual([
      ['WRAP_ETH', expect.stringMatching(/2$/), 9n],
      [
        'V3_SWAP_EXACT_IN',
        expect.stringMatching(new RegExp(`^${pair}$`, 'i')),
        9n,
      ],
      ['V2_SWAP_EXACT_IN', expect.stringMatching(/^0x0+2$/), 0n],
      ['V3_SWAP_EXACT_IN', account, 2n ** 255n],
    ])
  })
})
