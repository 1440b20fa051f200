// One file because every property is checked on the same networks.
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { AmountBeyondLiquidityError } from '../errors/AmountBeyondLiquidityError.js'
import { AmountTooSmallError } from '../errors/AmountTooSmallError.js'
import { DuplicatePoolError } from '../errors/DuplicatePoolError.js'
import { InvalidAmountError } from '../errors/InvalidAmountError.js'
import { NoRouteError } from '../errors/NoRouteError.js'
import { RouteTimeError } from '../errors/RouteTimeError.js'
import { SameTokenError } from '../errors/SameTokenError.js'
import { UnknownTokenError } from '../errors/UnknownTokenError.js'
import type { ConstantProductPool, Pool } from '../pools/Pool.js'
import { quoteExactIn } from '../pools/quote.js'
import {
  type CreateNetworkOptions,
  createNetwork,
  type Network,
} from '../testing/createNetwork.js'
import { verifyCertificate } from './certificate.js'
import { decomposeIntoPaths } from './decomposeIntoPaths.js'
import { findRoute } from './findRoute.js'
import { findRouteExactOut } from './findRouteExactOut.js'
import type { Fill, Route } from './Route.js'

// The properties take seconds of work; a busy machine must not fail them.
vi.setConfig({ testTimeout: 120_000 })

const unit = 10n ** 18n

function pair(
  id: string,
  tokens: readonly [string, string],
  reserves: readonly [bigint, bigint],
  feePips = 3000,
): ConstantProductPool {
  return {
    kind: 'constant-product',
    id,
    tokens,
    reserves,
    feePips,
    gas: 90_000,
  }
}

/** Carries fills out with the public quotes and checks every balance. */
function replay(pools: readonly Pool[], route: Route): bigint {
  const states = new Map(pools.map((pool) => [pool.id, pool]))
  const held = new Map([[route.sell, route.amountIn]])
  for (const {
    pool: id,
    tokenIn,
    tokenOut,
    amountIn,
    amountOut,
  } of route.fills) {
    const swap = quoteExactIn(states.get(id)!, { tokenIn, tokenOut, amountIn })
    expect(swap.amountIn).toBe(amountIn)
    expect(swap.amountOut).toBe(amountOut)
    states.set(id, swap.poolAfter)
    const left = (held.get(tokenIn) ?? 0n) - amountIn
    expect(left >= 0n).toBe(true)
    held.set(tokenIn, left)
    held.set(tokenOut, (held.get(tokenOut) ?? 0n) + amountOut)
  }
  for (const [token, left] of held)
    if (token !== route.buy) expect([token, left]).toEqual([token, 0n])
  return held.get(route.buy) ?? 0n
}

/** The best chain of at most three pools, by trying all of them. */
function tryAllPaths(
  pools: readonly Pool[],
  request: {
    readonly sell: string
    readonly buy: string
    readonly amountIn: bigint
  },
  gasUnits: (pool: Pool) => number = () => 0,
): number {
  let best = 0
  const visit = (
    token: string,
    units: bigint,
    cost: number,
    used: readonly string[],
    seen: readonly string[],
  ): void => {
    if (token === request.buy) {
      best = Math.max(best, Number(units) - cost)
      return
    }
    if (used.length === 3) return
    for (const pool of pools) {
      if (used.includes(pool.id) || !pool.tokens.includes(token)) continue
      for (const to of pool.tokens) {
        if (seen.includes(to)) continue
        const swap = quoteExactIn(pool, {
          tokenIn: token,
          tokenOut: to,
          amountIn: units,
        })
        if (swap.amountIn !== units || swap.amountOut === 0n) continue
        visit(
          to,
          swap.amountOut,
          cost + gasUnits(pool),
          [...used, pool.id],
          [...seen, to],
        )
      }
    }
  }
  visit(request.sell, request.amountIn, 0, [], [request.sell])
  return best
}

/** Seeds, sizes and disorder of networks that hold every kind of pool. */
const networks = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  pools: fc.integer({ min: 2, max: 40 }),
  disorder: fc.constantFrom(0.98, 0.98, 3),
  weighted: fc.constantFrom(0, 0.2),
  stable: fc.constantFrom(0, 0.1),
  topology: fc.constantFrom('market' as const, 'dense' as const),
})

/** A market whose prices differ by more than any fee. */
const outOfLine = {
  disorder: 3,
  weighted: 0,
  stable: 0.1,
  topology: 'market',
} as const

function build(options: CreateNetworkOptions): Network {
  return createNetwork({ ...options, requests: 3 })
}

/** Calls back for each request that the network can serve. */
function forEachRoute(
  network: Network,
  callback: (route: Route, request: Network['requests'][number]) => void,
  gasPriceWei = 0n,
): void {
  for (const request of network.requests) {
    let route: Route
    try {
      route = findRoute({ ...network, ...request, gasPriceWei })
    } catch (error) {
      if (error instanceof AmountBeyondLiquidityError) continue
      if (error instanceof AmountTooSmallError) continue
      if (error instanceof UnknownTokenError) continue
      if (error instanceof NoRouteError) continue
      throw error
    }
    callback(route, request)
  }
}

describe('findRoute', () => {
  test('default: two pairs share a trade and the bound is met', () => {
    const pools = [
      pair('one', ['a', 'b'], [1_000n * unit, 1_000n * unit]),
      pair('two', ['a', 'b'], [3_000n * unit, 3_000n * unit]),
    ]
    const route = findRoute({
      pools,
      sell: 'a',
      buy: 'b',
      amountIn: 100n * unit,
    })
    expect(route.fills).toHaveLength(2)
    // Equal prices and fees: shares go with the depths.
    expect(route.fills.map(({ amountIn }) => Number(amountIn / unit))).toEqual([
      25, 75,
    ])
    expect(route.gapBps).toBeLessThan(1e-6)
    expect(route.executable.amountOut).toBe(route.amountOut)
    expect(verifyCertificate(pools, route.certificate).type).toBe('valid')
  })

  test('behavior: fills pay what is quoted and leave nothing over', () => {
    fc.assert(
      fc.property(networks, (drawn) => {
        const network = build(drawn)
        forEachRoute(network, (route) => {
          expect(replay(network.pools, route)).toBe(route.amountOut)
          expect(route.amountOut <= route.upperBound).toBe(true)
        })
      }),
      { numRuns: 60 },
    )
  })

  test('behavior: the certificate holds after a JSON round trip', () => {
    fc.assert(
      fc.property(networks, fc.constantFrom(0n, 10n ** 10n), (drawn, gas) => {
        const network = build(drawn)
        forEachRoute(
          network,
          (route) => {
            const certificate = JSON.parse(JSON.stringify(route.certificate))
            const check = verifyCertificate(network.pools, certificate)
            expect(check).toMatchObject({ type: 'valid' })
          },
          gas,
        )
      }),
      {
        numRuns: 60,
        // Small moves of a deep weighted pool, and one far out of line.
        examples: [
          [{ ...outOfLine, seed: 3, pools: 3 }, 10n ** 10n],
          [
            { ...outOfLine, seed: 133_598, pools: 19, weighted: 0.2 },
            10n ** 10n,
          ],
        ],
      },
    )
  })

  test('behavior: never worse than the best single path, net of gas', () => {
    fc.assert(
      fc.property(
        networks,
        fc.constantFrom(0n, 10n ** 9n, 5n * 10n ** 10n),
        (drawn, gasPriceWei) => {
          const network = build(drawn)
          forEachRoute(
            network,
            (route, request) => {
              const { net } = route
              const perGas =
                net === undefined || net.gas === 0n
                  ? 0
                  : route.certificate.net!.unitsPerWei * Number(gasPriceWei)
              const path = tryAllPaths(
                network.pools,
                request,
                (pool) => pool.gas * perGas,
              )
              const mine =
                net === undefined
                  ? Number(route.amountOut)
                  : Number(route.amountOut) - Number(net.gas) * perGas
              expect(mine).toBeGreaterThanOrEqual(
                path - Math.abs(path) * 1e-12 - 1e-6,
              )
              if (gasPriceWei === 0n)
                expect(route.executable.amountOut).toBeGreaterThanOrEqual(
                  BigInt(Math.floor(path * (1 - 1e-12))),
                )
            },
            gasPriceWei,
          )
        },
      ),
      { numRuns: 40 },
    )
  })

  test('behavior: without arbitrage the bound is met closely', () => {
    const gaps: number[] = []
    for (const pools of [10, 60, 300]) {
      const network = createNetwork({ seed: pools, pools, requests: 30 })
      forEachRoute(network, ({ gapBps }, { usd }) => {
        // One unit of a coarse token is more than this of a small trade.
        if (usd > 10_000) gaps.push(gapBps)
      })
    }
    gaps.sort((left, right) => left - right)
    expect(gaps.length).toBeGreaterThan(40)
    expect(gaps[gaps.length >> 1]).toBeLessThan(0.01)
    expect(gaps[gaps.length - 1]).toBeLessThan(0.1)
  })

  test('behavior: any prices bound any route', () => {
    fc.assert(
      fc.property(
        networks,
        fc.array(fc.double({ min: -0.3, max: 0.3, noNaN: true }), {
          minLength: 40,
          maxLength: 40,
        }),
        (drawn, moves) => {
          const network = build(drawn)
          forEachRoute(network, (route) => {
            // Move every price but the bought token's, and claim nothing less.
            const logPrices = route.certificate.logPrices.map((log, i) =>
              log === null || log === 0 ? log : log + moves[i % 40]!,
            )
            const check = verifyCertificate(network.pools, {
              ...route.certificate,
              logPrices,
              upperBound: `1${'0'.repeat(99)}`,
            })
            expect(check.type).toBe('valid')
            if (check.type === 'valid')
              expect(check.upperBound >= route.amountOut).toBe(true)
          })
        },
      ),
      { numRuns: 40 },
    )
  })

  test('behavior: what would come back to the sold token loosens no bound', () => {
    // The second pool pays a tenth less: a circle through both would gain.
    const pools = [
      pair('dear', ['a', 'b'], [1000n * unit, 1100n * unit]),
      pair('cheap', ['a', 'b'], [1000n * unit, 1000n * unit]),
    ]
    const route = findRoute({ pools, sell: 'a', buy: 'b', amountIn: unit })
    expect(route.gapBps).toBeLessThan(1e-6)
    expect(route.arbitrage).toBeUndefined()
    expect(verifyCertificate(pools, route.certificate).type).toBe('valid')
  })

  test('behavior: what buys no whole unit of a coarse token goes elsewhere', () => {
    // The first way leads through a token of which few units are bought.
    const pools = [
      pair('ac', ['a', 'c'], [10n ** 13n, 100_000n]),
      pair('cb', ['c', 'b'], [100_000n, 10n ** 13n]),
      pair('ab', ['a', 'b'], [10n ** 13n, (10n ** 13n * 99n) / 100n]),
    ]
    const amountIn = 10n ** 12n
    const route = findRoute({ pools, sell: 'a', buy: 'b', amountIn })
    const [coarse] = route.fills.filter(({ pool }) => pool === 'ac')
    if (coarse === undefined) throw new RangeError('no fill of the coarse pair')
    const less = quoteExactIn(pools[0]!, {
      tokenIn: 'a',
      amountIn: coarse.amountIn - 1n,
    })
    expect(less.amountOut).toBeLessThan(coarse.amountOut)
    expect(replay(pools, route)).toBe(route.amountOut)
  })

  test('behavior: gains in a circle elsewhere are named', () => {
    const pools = [
      pair('ab', ['a', 'b'], [1000n * unit, 1000n * unit]),
      pair('bc', ['b', 'c'], [1000n * unit, 1000n * unit]),
      pair('cd', ['c', 'd'], [1000n * unit, 1000n * unit]),
      pair('db', ['d', 'b'], [1000n * unit, 1200n * unit]),
      pair('be', ['b', 'e'], [1000n * unit, 1000n * unit]),
    ]
    const route = findRoute({ pools, sell: 'a', buy: 'e', amountIn: unit })
    expect(route.gapBps).toBeGreaterThan(1000)
    const { gainUnits = 0n, gapBps } = route.arbitrage ?? {}
    expect(gainUnits).toBeGreaterThan(unit)
    expect(gainUnits).toBeLessThan(route.upperBound)
    expect(gapBps).toBeLessThan(100)
    expect(route.notes.join()).toContain('in a circle')
    const check = verifyCertificate(pools, route.certificate)
    expect(check.type).toBe('valid')
  })

  test('behavior: one more pool never lowers the bound', () => {
    fc.assert(
      fc.property(networks, (drawn) => {
        const network = build(drawn)
        const [request] = network.requests
        const fewer = network.pools.slice(0, -1)
        const sold = { ...request!, pools: fewer }
        let before: Route
        try {
          before = findRoute(sold)
        } catch {
          return
        }
        const after = findRoute({ ...sold, pools: network.pools })
        // Far out of line the search for prices can end before their best.
        const parts = drawn.disorder > 1 ? 100n : 1_000_000n
        const slack = before.upperBound / parts + 2n
        expect(after.upperBound + slack >= before.upperBound).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  test('behavior: prices far out of line do not hold the search up', () => {
    // Pools that end just behind the best prices make its steps short.
    const network = build({ ...outOfLine, seed: 1_093_709, pools: 7 })
    const pools = network.pools.slice(0, -1)
    const route = findRoute({ ...network.requests[0]!, pools })
    expect(route.gapBps).toBeLessThan(0.01)
  })

  test('behavior: the bound grows with the amount and never faster', () => {
    fc.assert(
      fc.property(networks, (drawn) => {
        const network = build(drawn)
        const [request] = network.requests
        const bounds: number[] = []
        for (const times of [1n, 2n, 3n]) {
          try {
            const amountIn = request!.amountIn * times
            const route = findRoute({ ...network, ...request!, amountIn })
            bounds.push(Number(route.upperBound))
          } catch {
            return
          }
        }
        const [one, two, three] = bounds as [number, number, number]
        const noise = three * 1e-6 + 3
        expect(two).toBeGreaterThanOrEqual(one - noise)
        expect(three).toBeGreaterThanOrEqual(two - noise)
        expect(three - two).toBeLessThanOrEqual(two - one + 2 * noise)
      }),
      { numRuns: 40 },
    )
  })

  test("behavior: a token's unit changes nothing", () => {
    const plain = [
      pair('ab', ['a', 'b'], [10n ** 24n, 2n * 10n ** 24n]),
      pair('bc', ['b', 'c'], [10n ** 24n, 10n ** 24n]),
      pair('ac', ['a', 'c'], [10n ** 23n, 2n * 10n ** 23n]),
    ]
    // The same pools with c counted in millionths.
    const coarse = [
      plain[0]!,
      pair('bc', ['b', 'c'], [10n ** 24n, 10n ** 30n]),
      pair('ac', ['a', 'c'], [10n ** 23n, 2n * 10n ** 29n]),
    ]
    const asked = { sell: 'a', buy: 'c', amountIn: 10n ** 22n }
    const left = findRoute({ ...asked, pools: plain })
    const right = findRoute({ ...asked, pools: coarse })
    expect(Number(right.amountOut) / Number(left.amountOut) / 1e6).toBeCloseTo(
      1,
      9,
    )
    expect(right.fills.map(({ pool }) => pool).sort()).toEqual(
      left.fills.map(({ pool }) => pool).sort(),
    )
  })

  test('behavior: with few pools gas is weighed exactly', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 20, max: 3_000 }), {
          minLength: 2,
          maxLength: 6,
        }),
        fc.integer({ min: 1, max: 200 }),
        (depths, gwei) => {
          const pools = depths.map((depth, i) =>
            pair(
              `p${i}`,
              ['a', 'b'],
              [BigInt(depth) * unit, BigInt(depth) * unit],
            ),
          )
          const tokens = [
            { id: 'b', symbol: 'B', decimals: 18, decimalPriceNative: '1' },
          ]
          const asked = { sell: 'a', buy: 'b', amountIn: 10n * unit }
          const gasPriceWei = BigInt(gwei) * 10n ** 9n
          const route = findRoute({ ...asked, pools, tokens, gasPriceWei })
          let best = -1n
          for (let mask = 1; mask < 1 << pools.length; mask++) {
            const chosen = pools.filter((_, i) => (mask >> i) & 1)
            const free = findRoute({ ...asked, pools: chosen })
            const paid = BigInt(chosen.length) * 90_000n * gasPriceWei
            const net = free.amountOut - paid
            if (net > best) best = net
          }
          const missing = best - (route.net?.amountOut ?? 0n)
          expect(missing <= 10n ** 8n).toBe(true)
          expect(route.net!.amountOut <= route.net!.upperBound).toBe(true)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('behavior: the bound net of gas is met closely, small trades too', () => {
    const gaps: number[] = []
    for (const pools of [30, 100, 300]) {
      const network = createNetwork({ seed: pools + 2, pools, requests: 30 })
      forEachRoute(
        network,
        ({ net }) => {
          if (net !== undefined && net.amountOut > 0n) gaps.push(net.gapBps)
        },
        10n ** 10n,
      )
    }
    gaps.sort((left, right) => left - right)
    expect(gaps.length).toBeGreaterThan(60)
    // A swap's gas is 300 basis points of the smallest trades.
    expect(gaps[gaps.length >> 1]).toBeLessThan(0.05)
    expect(gaps[Math.floor(gaps.length * 0.9)]).toBeLessThan(4)
  })

  test('behavior: unpriced gas is said, not guessed', () => {
    const route = findRoute({
      pools: [pair('one', ['a', 'b'], [unit, unit])],
      sell: 'a',
      buy: 'b',
      amountIn: 10n ** 15n,
      gasPriceWei: 10n ** 9n,
    })
    expect(route.net).toBeUndefined()
    expect(route.notes.join()).toContain('gas was not counted')
  })

  test('behavior: a used-up time limit still gives a route and its bound', () => {
    const network = createNetwork({ seed: 5, pools: 300, requests: 5 })
    for (const request of network.requests) {
      let ticks = 0
      const route = findRoute({
        ...network,
        ...request,
        maxMilliseconds: 1,
        now: () => ticks++ * 10,
      })
      expect(route.amountOut > 0n).toBe(true)
      expect(route.ended).toBe('time')
      expect(replay(network.pools, route)).toBe(route.amountOut)
      expect(verifyCertificate(network.pools, route.certificate).type).toBe(
        'valid',
      )
    }
  })

  test('behavior: an address in another case is the same token', () => {
    const id = `0x${'ab'.repeat(20)}`
    const route = findRoute({
      pools: [pair('one', [id, 'b'], [unit, unit])],
      sell: id.toUpperCase().replace('X', 'x'),
      buy: 'b',
      amountIn: 10n ** 15n,
    })
    expect(route.sell).toBe(id)
  })

  test('behavior: hostile reserves give a route or a typed error', () => {
    const reserve = fc.oneof(
      fc.bigInt({ min: 1n, max: 10n }),
      fc.bigInt({ min: 1n, max: (1n << 112n) - 1n }),
    )
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(reserve, reserve, fc.integer({ min: 0, max: 999_999 })),
          {
            minLength: 1,
            maxLength: 6,
          },
        ),
        fc.bigInt({ min: 1n, max: (1n << 255n) - 1n }),
        (rows, amountIn) => {
          const names = ['a', 'b', 'c']
          const pools = rows.map(([left, right, fee], i) =>
            pair(
              `p${i}`,
              [names[i % 3]!, names[(i + 1) % 3]!],
              [left, right],
              fee,
            ),
          )
          try {
            const route = findRoute({ pools, sell: 'a', buy: 'b', amountIn })
            expect(replay(pools, route)).toBe(route.amountOut)
            expect(route.amountOut <= route.upperBound).toBe(true)
            expect(Number.isFinite(route.gapBps)).toBe(true)
          } catch (error) {
            if (
              !(error instanceof AmountBeyondLiquidityError) &&
              !(error instanceof AmountTooSmallError)
            )
              throw error
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  test('error: InvalidAmountError', () => {
    const asked = { pools: [], sell: 'a', buy: 'b' }
    expect(() => findRoute({ ...asked, amountIn: 0n })).toThrow(
      InvalidAmountError,
    )
    expect(() => findRoute({ ...asked, amountIn: 1n << 255n })).toThrow(
      InvalidAmountError,
    )
  })

  test('error: the pools cannot serve the tokens', () => {
    const pools = [
      pair('one', ['a', 'b'], [unit, unit]),
      pair('two', ['c', 'd'], [unit, unit]),
    ]
    const asked = { pools, sell: 'a', amountIn: unit }
    expect(() => findRoute({ ...asked, buy: 'a' })).toThrow(SameTokenError)
    expect(() => findRoute({ ...asked, buy: 'z' })).toThrow(UnknownTokenError)
    expect(() => findRoute({ ...asked, buy: 'c' })).toThrow(NoRouteError)
    expect(() => findRoute({ ...asked, pools: [], buy: 'b' })).toThrow(
      UnknownTokenError,
    )
    expect(() =>
      findRoute({ ...asked, pools: [pools[0]!, pools[0]!], buy: 'b' }),
    ).toThrow(DuplicatePoolError)
  })

  test('error: AmountTooSmallError', () => {
    const pools = [pair('one', ['a', 'b'], [10n ** 24n, 10n ** 6n])]
    expect(() =>
      findRoute({ pools, sell: 'a', buy: 'b', amountIn: 10n ** 6n }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [AmountTooSmallError: 1000000 units of a buy less than one unit of b. Sell more.

        amountIn: 1000000
        sell:     a
        buy:      b]
    `)
  })

  test('error: AmountBeyondLiquidityError names an amount that works', () => {
    const [pool] = createNetwork({
      seed: 3,
      pools: 2,
      concentrated: 1,
    }).pools
    if (pool?.kind !== 'concentrated') throw new TypeError('no such pool')
    const narrow = {
      ...pool,
      ticks: [
        { index: -887_270, liquidityNet: 0n },
        {
          index: Math.floor(pool.tick / pool.tickSpacing) * pool.tickSpacing,
          liquidityNet: pool.liquidity,
        },
        {
          index:
            (Math.floor(pool.tick / pool.tickSpacing) + 1) * pool.tickSpacing,
          liquidityNet: -pool.liquidity,
        },
      ],
    }
    const [sell, buy] = pool.tokens
    const asked = { pools: [narrow], sell, buy }
    let possible = 0n
    try {
      findRoute({ ...asked, amountIn: 10n ** 60n })
    } catch (error) {
      if (!(error instanceof AmountBeyondLiquidityError)) throw error
      possible = BigInt(error.facts.possible ?? '0')
    }
    expect(possible > 0n).toBe(true)
    expect(findRoute({ ...asked, amountIn: possible }).amountOut > 0n).toBe(
      true,
    )
  })
})

describe('findRouteExactOut', () => {
  test('behavior: buys at least what was asked, as fills and as paths', () => {
    fc.assert(
      fc.property(networks, (drawn) => {
        const network = build({ ...drawn, weighted: 0 })
        // Weighted pools have a limit on each swap, which can forbid the last
        // unit of an amount and so cost more than a thousandth.
        forEachRoute(network, ({ sell, buy, amountOut }, { amountIn }) => {
          const bought = findRouteExactOut({ ...network, sell, buy, amountOut })
          expect(bought.amountOut >= amountOut).toBe(true)
          expect(bought.lowerBound <= bought.amountIn).toBe(true)
          expect(bought.executable.amountOut >= amountOut).toBe(true)
          // The input that was known to buy it is nearly enough.
          expect(bought.amountIn <= amountIn + amountIn / 1_000n + 10n).toBe(
            true,
          )
          expect(replay(network.pools, { ...bought, upperBound: 0n })).toBe(
            bought.amountOut,
          )
        })
      }),
      { numRuns: 25 },
    )
  })

  test('behavior: a used-up time limit still buys what was asked', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const network = createNetwork({ seed, pools: 30, requests: 4 })
      for (const { sell, buy, amountIn } of network.requests) {
        const options = { ...network, sell, buy, gasPriceWei: 10n ** 10n }
        const { amountOut } = findRoute({ ...options, amountIn })
        // Late from the second look on; as much time again is never used up.
        let milliseconds = 0
        const route = findRouteExactOut({
          ...options,
          amountOut,
          maxMilliseconds: 1,
          now: () => Math.min(1, milliseconds++),
        })
        expect(route.amountOut).toBeGreaterThanOrEqual(amountOut)
        expect(route.executable.amountOut).toBeGreaterThanOrEqual(amountOut)
        expect(route.lowerBound).toBeLessThanOrEqual(route.amountIn)
      }
    }
  })

  test('behavior: the time limit holds, with a route in hand or without', () => {
    const network = createNetwork({ seed: 5, pools: 300, requests: 40 })
    const ended = { bought: 0, late: 0 }
    for (const { sell, buy, amountIn } of network.requests) {
      const options = { ...network, sell, buy, gasPriceWei: 10n ** 10n }
      // More than all that most pools hold: each solve takes long.
      const { amountOut } = findRoute({
        ...options,
        amountIn: amountIn * 1000n,
      })
      let looks = 0
      const asked = {
        ...options,
        amountOut,
        maxMilliseconds: 10,
        now: () => looks++,
      }
      try {
        const route = findRouteExactOut(asked)
        ended.bought += 1
        expect(route.executable.amountOut).toBeGreaterThanOrEqual(amountOut)
      } catch (error) {
        if (!(error instanceof RouteTimeError)) throw error
        ended.late += 1
      }
      // Each round of each solve looks once at the clock.
      expect(looks).toBeLessThan(500)
    }
    expect(ended.bought).toBeGreaterThan(0)
    expect(ended.late).toBeGreaterThan(0)
  })

  test('behavior: near the end of the pools it is paid by paths or refused', () => {
    fc.assert(
      fc.property(networks, fc.constantFrom(0n, 10n ** 10n), (drawn, gas) => {
        const network = build({ ...drawn, pools: Math.min(20, drawn.pools) })
        // Far more than the pools hold comfortably.
        const requests = network.requests.slice(0, 1).map((request) => ({
          ...request,
          amountIn: request.amountIn * 10_000n,
        }))
        forEachRoute({ ...network, requests }, (route) => {
          const { sell, buy, amountOut } = route
          try {
            const { executable } = findRouteExactOut({
              ...network,
              sell,
              buy,
              amountOut,
              gasPriceWei: gas,
            })
            expect(executable.amountOut >= amountOut).toBe(true)
            expect(executable.paths.length).toBeGreaterThan(0)
          } catch (error) {
            if (!(error instanceof AmountBeyondLiquidityError)) throw error
          }
        })
      }),
      { numRuns: 25 },
    )
  })

  test('error: AmountBeyondLiquidityError', () => {
    const pools = [pair('one', ['a', 'b'], [unit, unit])]
    expect(() =>
      findRouteExactOut({ pools, sell: 'a', buy: 'b', amountOut: unit }),
    ).toThrow(AmountBeyondLiquidityError)
  })
})

describe('decomposeIntoPaths', () => {
  const network = createNetwork({ seed: 11, pools: 60, requests: 20 })

  test('behavior: paths replayed one after the other pay what they say', () => {
    forEachRoute(network, ({ executable, amountIn, buy }) => {
      const states = new Map(network.pools.map((pool) => [pool.id, pool]))
      let sold = 0n
      for (const path of executable.paths) {
        let units = path.amountIn
        let held = ''
        for (const { pool, tokenIn, tokenOut } of path.hops) {
          const swap = quoteExactIn(states.get(pool)!, {
            tokenIn,
            tokenOut,
            amountIn: units,
          })
          expect(swap.amountIn).toBe(units)
          states.set(pool, swap.poolAfter)
          units = swap.amountOut
          held = tokenOut
        }
        expect([held, units]).toEqual([buy, path.amountOut])
        sold += path.amountIn
      }
      expect(sold).toBe(amountIn)
      expect(executable.amountIn).toBe(amountIn)
      expect(
        executable.paths.reduce((sum, path) => sum + path.amountOut, 0n),
      ).toBe(executable.amountOut)
    })
  })

  test('behavior: maxPaths is kept, and all of the input is still sold', () => {
    forEachRoute(network, ({ fills, sell, buy, amountIn, amountOut }) => {
      for (const maxPaths of [1, 2, 3]) {
        const plan = decomposeIntoPaths({
          fills,
          pools: network.pools,
          sell,
          buy,
          amountIn,
          maxPaths,
        })
        if (plan === undefined) continue
        expect(plan.paths.length).toBeLessThanOrEqual(maxPaths)
        expect(plan.amountIn).toBe(amountIn)
        expect(plan.amountOut <= amountOut + amountOut / 100_000n + 2n).toBe(
          true,
        )
      }
    })
  })
})

describe('verifyCertificate', () => {
  const network = createNetwork({ seed: 21, pools: 40, requests: 1 })
  const request = network.requests[0]!
  const route = findRoute({ ...network, ...request })
  const { certificate } = route

  test('behavior: a smaller claim than the prices prove is refused', () => {
    const upperBound = String((route.upperBound * 999_999n) / 1_000_000n)
    expect(
      verifyCertificate(network.pools, { ...certificate, upperBound }),
    ).toMatchObject({ type: 'invalid' })
  })

  test('behavior: a smaller claim net of gas is refused', () => {
    const { certificate: proof } = findRoute({
      ...network,
      ...request,
      gasPriceWei: 10n ** 10n,
    })
    expect(verifyCertificate(network.pools, proof).type).toBe('valid')
    const net = proof.net!
    const upperBound = String((BigInt(net.upperBound) * 999_999n) / 1_000_000n)
    expect(
      verifyCertificate(network.pools, {
        ...proof,
        net: { ...net, upperBound },
      }),
    ).toMatchObject({ type: 'invalid' })
  })

  test('behavior: any prices bound what a route nets', () => {
    fc.assert(
      fc.property(
        networks,
        fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), {
          minLength: 40,
          maxLength: 40,
        }),
        (drawn, moves) => {
          const network = build(drawn)
          forEachRoute(
            network,
            (route) => {
              const { net } = route.certificate
              if (net === undefined) return
              const logPrices = net.logPrices.map((log, i) =>
                log === null || log === 0 ? log : log + moves[i % 40]!,
              )
              const upperBound = `1${'0'.repeat(99)}`
              const check = verifyCertificate(network.pools, {
                ...route.certificate,
                net: { ...net, logPrices, upperBound },
              })
              expect(check.type).toBe('valid')
              if (check.type === 'valid')
                expect(check.netUpperBound! >= route.net!.amountOut).toBe(true)
            },
            10n ** 10n,
          )
        },
      ),
      { numRuns: 30 },
    )
  })

  test('behavior: another snapshot is refused', () => {
    const moved = network.pools.map((pool, i) =>
      i === 0 ? { ...pool, feePips: pool.feePips + 1 } : pool,
    )
    expect(verifyCertificate(moved, certificate)).toMatchObject({
      type: 'invalid',
      reason: 'It speaks about another pool set.',
    })
  })

  test('behavior: a missing or scaled price is refused', () => {
    const all = certificate.logPrices
    for (const logPrices of [
      all.slice(1),
      all.map(() => null),
      all.map((log) => (log === null ? null : log - 1)),
      all.map(() => Number.NaN),
    ])
      expect(
        verifyCertificate(network.pools, { ...certificate, logPrices }),
      ).toMatchObject({ type: 'invalid' })
  })
})

test('behavior: a fill list is data that survives JSON as text', () => {
  const fills: readonly Fill[] = findRoute({
    pools: [pair('one', ['a', 'b'], [unit, unit])],
    sell: 'a',
    buy: 'b',
    amountIn: 1_000_000n,
  }).fills
  const text = JSON.stringify(fills, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  expect(JSON.parse(text)).toEqual([
    {
      pool: 'one',
      tokenIn: 'a',
      tokenOut: 'b',
      amountIn: '1000000',
      amountOut: '996999',
    },
  ])
})
