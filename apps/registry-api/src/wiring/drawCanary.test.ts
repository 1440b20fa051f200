import { deployments } from '@behest/evm'
import { actions, type Capability, instructionSchema } from '@behest/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import {
  createChance,
  drawCanary,
  drawValidity,
  type GivenAllowance,
} from './drawCanary.js'

const deployment = deployments.base
const token = deployment.tokens.find(({ symbol }) => symbol === 'USDC')
if (token === undefined || token.address === 'native')
  throw new RangeError('USDC is on Base')
const given: GivenAllowance = {
  token: token.address,
  owner: '0x00000000000000000000000000000000000000a1',
  spender: '0x00000000000000000000000000000000000000a2',
}
const capabilityOf = (
  action: Capability['action'],
  tokens: Capability['tokens'] = 'any',
): Capability => ({
  action,
  chains: 'any',
  tokens,
  venues: [],
  feeBps: 0,
  spenders: [],
  maxValidForSeconds: 300,
  examples: [],
})
const draw = (
  action: Capability['action'],
  seed: number,
  tokens?: Capability['tokens'],
) =>
  drawCanary({
    capability: capabilityOf(action, tokens),
    deployment,
    chance: createChance({ secret: 'of the test', seed }),
    allowances: [given],
  })
const many = Array.from({ length: 600 }, (_, seed) => seed)
/** Every action that an engine can ask an agent for. */
const askable = instructionSchema.options.map(
  (option) => option.shape.action.value,
)

describe('drawCanary', () => {
  test('default: every action that an engine can ask for is asked, and no other', () => {
    for (const action of actions) {
      const drawn = draw(action, 1)
      expect(drawn?.instruction.action).toBe(
        askable.some((one) => one === action) ? action : undefined,
      )
    }
  })

  test('behavior: whatever is drawn is an instruction of the contract', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...askable),
        fc.nat(2 ** 31 - 1),
        (action, seed) => {
          const drawn = draw(action, seed)
          if (drawn === undefined) throw new RangeError('nothing was drawn')
          const wire = z.encode(instructionSchema, drawn.instruction)
          expect(instructionSchema.parse(wire)).toEqual(drawn.instruction)
        },
      ),
    )
  })

  test('behavior: accounts and recipients share nothing that an agent could know', () => {
    const accounts = many.flatMap((seed) => {
      const drawn = draw('transfer', seed)
      return drawn?.instruction.action === 'transfer'
        ? [drawn.account, drawn.instruction.to]
        : []
    })
    expect(new Set(accounts).size).toBe(2 * many.length)
    // No beginning and no end comes up more often than chance has it.
    for (const [from, to] of [
      [2, 4],
      [38, 42],
    ] as const) {
      const counts = new Map<string, number>()
      for (const account of accounts) {
        const part = account.slice(from, to)
        counts.set(part, (counts.get(part) ?? 0) + 1)
      }
      expect(Math.max(...counts.values())).toBeLessThan(25)
    }
  })

  test('behavior: tokens, amounts and times vary', () => {
    const pairs = new Set<string>()
    const amounts = new Set<bigint>()
    for (const seed of many) {
      const drawn = draw('swap', seed)?.instruction
      if (drawn?.action !== 'swap') throw new RangeError('nothing was drawn')
      const { sell, buy } = drawn
      expect(sell.token.symbol).not.toBe(buy.token.symbol)
      // Wrapping a coin is no trade.
      expect(new Set([sell.token.symbol, buy.token.symbol])).not.toEqual(
        new Set(['ETH', 'WETH']),
      )
      pairs.add(`${sell.token.symbol} ${buy.token.symbol}`)
      if (sell.amount?.type === 'exact') amounts.add(sell.amount.units)
    }
    expect(pairs.size).toBeGreaterThan(10)
    expect(amounts.size).toBeGreaterThan(100)
    const times = new Set(
      many.map((seed) =>
        drawValidity(createChance({ secret: 'of the test', seed })),
      ),
    )
    expect(times.size).toBeGreaterThan(3)
  })

  test('behavior: only tokens that the capability names', () => {
    for (const seed of many.slice(0, 100)) {
      const drawn = draw('supply', seed, ['WETH', 'DAI'])?.instruction
      expect(drawn?.action === 'supply' && drawn.token.symbol).toMatch(
        /^(?:WETH|DAI)$/,
      )
    }
    expect(draw('supply', 1, ['nothing-here'])).toBeUndefined()
  })

  test('behavior: what is revoked was given, by who is asked for', () => {
    expect(draw('revoke', 1)).toMatchObject({
      account: given.owner,
      instruction: { spender: given.spender, token: { symbol: 'USDC' } },
    })
    expect(
      drawCanary({
        capability: capabilityOf('revoke'),
        deployment,
        chance: createChance({ secret: 'of the test', seed: 1 }),
        allowances: [],
      }),
    ).toBeUndefined()
  })

  test('behavior: the same secret and seed draw the same, another secret something else', () => {
    expect(draw('swap', 5)).toEqual(draw('swap', 5))
    expect(createChance({ secret: 'a', seed: 5 }).address()).not.toBe(
      createChance({ secret: 'b', seed: 5 }).address(),
    )
  })
})
