import type { Token } from '@behest/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { getLeastOut, getMostIn, sumOf } from '../calls/encodeSwap.js'
import { boundLegs } from './boundLegs.js'
import { getLeastUnits, getMostUnits } from './bounds.js'
import type { Trade } from './readTrade.js'

const token: Token = {
  chainId: 1,
  address: '0x00000000000000000000000000000000000000aa',
  symbol: 'T',
  decimals: 6,
}
const sides = {
  sell: token,
  buy: token,
  sellToken: '0x00000000000000000000000000000000000000aa',
  buyToken: '0x00000000000000000000000000000000000000bb',
} as const

const parts = fc.array(
  fc
    .tuple(
      fc.bigInt({ min: 1n, max: 2n ** 120n }),
      fc.bigInt({ min: 1n, max: 2n ** 120n }),
    )
    .map(([amountInUnits, amountOutUnits]) => ({
      hops: [],
      amountInUnits,
      amountOutUnits,
      paidUnits: amountOutUnits,
    })),
  { minLength: 1, maxLength: 8 },
)
const bps = fc.integer({ min: 0, max: 10_000 })
const sum = (values: readonly bigint[]) => values.reduce((a, b) => a + b, 0n)

describe('boundLegs', () => {
  test('L-SLIP-04: the legs together let slip exactly what was allowed', () => {
    fc.assert(
      fc.property(parts, bps, (split, maxSlippageBps) => {
        const trade: Trade = {
          ...sides,
          maxSlippageBps,
          type: 'exact-in',
          sellUnits: 1n,
          mostSellUnits: 1n,
          isOutput: false,
          wantedUnits: 0n,
        }
        const legs = boundLegs({ trade, parts: split })
        if ('declined' in legs) throw new RangeError(legs.declined)
        const expectedUnits = sum(split.map(({ paidUnits }) => paidUnits))
        expect(sumOf(legs, getLeastOut)).toBe(
          getLeastUnits({ expectedUnits, maxSlippageBps }),
        )
        for (const leg of legs)
          expect(getLeastOut(leg)).toBeLessThanOrEqual(leg.expectedOutUnits)
      }),
    )
  })

  test('an exact purchase takes no more than was allowed, over all legs', () => {
    fc.assert(
      fc.property(parts, bps, (split, maxSlippageBps) => {
        const trade: Trade = {
          ...sides,
          maxSlippageBps,
          type: 'exact-out',
          buyUnits: 1n,
        }
        const legs = boundLegs({ trade, parts: split })
        if ('declined' in legs) throw new RangeError(legs.declined)
        const expectedUnits = sum(split.map((part) => part.amountInUnits))
        expect(sumOf(legs, getMostIn)).toBe(
          getMostUnits({ expectedUnits, maxSlippageBps }),
        )
        legs.forEach((leg, index) => {
          expect(getMostIn(leg)).toBeGreaterThanOrEqual(
            split[index]?.amountInUnits ?? 0n,
          )
        })
      }),
    )
  })

  test('a bought amount beside a sold one is a bound of its own', () => {
    const ask = (wantedUnits: bigint) =>
      boundLegs({
        trade: {
          ...sides,
          maxSlippageBps: 50,
          type: 'exact-in',
          sellUnits: 1n,
          mostSellUnits: 1n,
          isOutput: false,
          wantedUnits,
        },
        parts: [
          {
            hops: [],
            amountInUnits: 1n,
            amountOutUnits: 1_000_000n,
            paidUnits: 1_000_000n,
          },
        ],
      })
    expect(ask(999_000n)).toMatchObject([{ leastOutUnits: 999_000n }])
    expect(ask(900_000n)).toMatchObject([{ leastOutUnits: 995_000n }])
    expect(ask(1_000_001n)).toEqual({
      declined: 'GIVES_TOO_LITTLE',
      message:
        'It gives 1 T and 1.000001 are wanted. Ask for less, or sell more.',
    })
  })
})
