import { swapRouter02Abi } from '@behest/evm'
import type { Address, Hex } from '@behest/spec'
import fc from 'fast-check'
import { decodeFunctionData } from 'viem'
import { describe, expect, test } from 'vitest'
import { encodePath, encodeReversePath, encodeSwap } from './encodeSwap.js'
import type { SwapLeg, SwapVenue } from './SwapLeg.js'
import {
  account,
  deadlineUnixSeconds,
  exactIn,
  exactOut,
  toAddress,
  toHops,
} from './testing/swapLegs.js'

const nobody: Address = '0x0000000000000000000000000000000000000002'

const encode = (
  legs: readonly SwapLeg[],
  sides: { sellsNative?: boolean; buysNative?: boolean } = {},
) =>
  encodeSwap({
    legs,
    account,
    sellsNative: false,
    buysNative: false,
    deadlineUnixSeconds,
    ...sides,
  })

/** The calls inside the multicall, by name. */
const decode = (data: Hex) => {
  const { args } = decodeFunctionData({ abi: swapRouter02Abi, data })
  const [deadline, calls] = args as readonly [bigint, readonly Hex[]]
  expect(deadline).toBe(BigInt(deadlineUnixSeconds))
  return calls.map((call) =>
    decodeFunctionData({ abi: swapRouter02Abi, data: call }),
  )
}

const venue = fc.constantFrom<SwapVenue>('uniswap-v2', 'uniswap-v3')
const venues = fc.array(venue, { minLength: 1, maxLength: 4 })
const units = fc.bigInt({ min: 1n, max: 2n ** 255n })

describe('encodeSwap', () => {
  test('writing another amount at the offsets is encoding that amount', () => {
    fc.assert(
      fc.property(
        venues,
        units,
        units,
        fc.boolean(),
        fc.boolean(),
        (path, amount, realised, sellsNative, buysNative) => {
          const sides = { sellsNative, buysNative }
          const encoded = encode([exactIn(path, amount)], sides)
          const wanted = encode([exactIn(path, realised)], sides)
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

  test('more than one leg, or an exact output, has no amount to write', () => {
    expect(
      encode([exactIn(['uniswap-v2'], 1n), exactIn(['uniswap-v3'], 2n)])
        .amountOffsets,
    ).toEqual([])
    expect(encode([exactOut(['uniswap-v3'], 1n, 2n)]).amountOffsets).toEqual([])
  })

  test('what is bought goes to the account, under the bound of its leg', () => {
    const calls = decode(
      encode([
        exactIn(['uniswap-v2', 'uniswap-v2'], 10n, 7n),
        exactIn(['uniswap-v3'], 20n, 8n),
      ]).data,
    )
    expect(calls).toEqual([
      {
        functionName: 'swapExactTokensForTokens',
        args: [
          10n,
          7n,
          [toAddress(0), toAddress(1), toAddress(99)].map(checksum),
          account,
        ],
      },
      {
        functionName: 'exactInputSingle',
        args: [
          {
            tokenIn: checksum(toAddress(0)),
            tokenOut: checksum(toAddress(99)),
            fee: 500,
            recipient: account,
            amountIn: 20n,
            amountOutMinimum: 8n,
            sqrtPriceLimitX96: 0n,
          },
        ],
      },
    ])
  })

  test('a leg over both venues passes through the router, bound at its end', () => {
    const calls = decode(
      encode([exactIn(['uniswap-v3', 'uniswap-v2', 'uniswap-v3'], 10n, 7n)])
        .data,
    )
    expect(
      calls.map(({ functionName, args }) => {
        const [first] = args ?? []
        const flat =
          typeof first === 'object' && first !== null && 'amountIn' in first
            ? [first.amountIn, first.amountOutMinimum, first.recipient]
            : [args?.[0], args?.[1], args?.[3]]
        return [functionName, ...flat]
      }),
    ).toEqual([
      ['exactInputSingle', 10n, 0n, nobody],
      ['swapExactTokensForTokens', 0n, 0n, nobody],
      ['exactInputSingle', 0n, 7n, account],
    ])
  })

  test('native coin is sent, unwrapped under the whole bound, and refunded', () => {
    const sold = encode(
      [exactIn(['uniswap-v2'], 3n), exactIn(['uniswap-v3'], 4n)],
      { sellsNative: true },
    )
    expect(sold.valueWei).toBe(7n)
    expect(decode(sold.data)).toHaveLength(2)

    const bought = decode(
      encode(
        [exactIn(['uniswap-v2'], 3n, 11n), exactIn(['uniswap-v3'], 4n, 22n)],
        { buysNative: true },
      ).data,
    )
    expect(bought.at(-1)).toEqual({
      functionName: 'unwrapWETH9',
      args: [33n, account],
    })

    const exact = encode([exactOut(['uniswap-v3'], 9n, 5n)], {
      sellsNative: true,
    })
    expect(exact.valueWei).toBe(5n)
    expect(decode(exact.data).map(({ functionName }) => functionName)).toEqual([
      'exactOutputSingle',
      'refundETH',
    ])
  })

  test('a path of several V3 pools is one call with the whole path', () => {
    const venues = ['uniswap-v3', 'uniswap-v3'] as const
    expect(decode(encode([exactIn(venues, 3n, 2n)]).data)).toEqual([
      {
        functionName: 'exactInput',
        args: [
          {
            path: encodePath(toHops(venues)).toLowerCase(),
            recipient: account,
            amountIn: 3n,
            amountOutMinimum: 2n,
          },
        ],
      },
    ])
    expect(decode(encode([exactOut(venues, 9n, 5n)]).data)).toEqual([
      {
        functionName: 'exactOutput',
        args: [
          {
            path: encodeReversePath(toHops(venues)).toLowerCase(),
            recipient: account,
            amountOut: 9n,
            amountInMaximum: 5n,
          },
        ],
      },
    ])
  })

  test('a path backwards is the path of the way back', () => {
    fc.assert(
      fc.property(venues, (path) => {
        const hops = toHops(path)
        const back = hops.toReversed().map((hop) => ({
          ...hop,
          tokenIn: hop.tokenOut,
          tokenOut: hop.tokenIn,
        }))
        expect(encodeReversePath(hops)).toBe(encodePath(back))
        expect((encodePath(hops).length - 2) / 2).toBe(20 + 23 * hops.length)
      }),
    )
  })
})

function checksum(address: Address): unknown {
  return expect.stringMatching(new RegExp(`^${address}$`, 'i'))
}
