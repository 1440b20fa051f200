// One file because it is one recipe: tokens, pairs, depths, ranges, requests.
import { getSqrtPriceAtTick, getTickAtSqrtPrice } from '../math/tickMath.js'
import type { ConcentratedPool, Pool, Tick, Token } from '../pools/Pool.js'

/** What a made-up network of pools is like. */
export type CreateNetworkOptions = {
  /** The same seed gives the same network. */
  readonly seed: number
  readonly pools: number
  /**
   * `'market'` has few hubs and many tokens with a handful of pools each, as a
   * real chain has; `'dense'` has `2 * sqrt(pools)` tokens with many pools each.
   */
  readonly topology?: 'market' | 'dense'
  /**
   * How far prices are from the common ones, in fees: under 1 there is no
   * arbitrage, above it there is.
   */
  readonly disorder?: number
  /** Share of concentrated pools; the rest are pairs. */
  readonly concentrated?: number
  /** Share of weighted and of stable pools. */
  readonly weighted?: number
  readonly stable?: number
  /** Most requests to draw. */
  readonly requests?: number
}

/** One thing to ask a router for. */
export type NetworkRequest = {
  readonly sell: string
  readonly buy: string
  readonly amountIn: bigint
  readonly usd: number
}

/** A made-up network of pools. */
export type Network = {
  readonly pools: readonly Pool[]
  readonly tokens: readonly Token[]
  /** Sizes log-uniform from 100 to 10 million dollars. */
  readonly requests: readonly NetworkRequest[]
}

const hubs = [
  { symbol: 'WETH', decimals: 18, usd: 3000 },
  { symbol: 'USDC', decimals: 6, usd: 1 },
  { symbol: 'USDT', decimals: 6, usd: 1 },
  { symbol: 'WBTC', decimals: 8, usd: 95_000 },
  { symbol: 'DAI', decimals: 18, usd: 1 },
  { symbol: 'wstETH', decimals: 18, usd: 3550 },
] as const
const stables = [1, 2, 4]
const tiers = [
  { feePips: 100, tickSpacing: 1 },
  { feePips: 500, tickSpacing: 10 },
  { feePips: 3000, tickSpacing: 60 },
  { feePips: 10_000, tickSpacing: 200 },
] as const

/** Creates a network from a seed: the same one on every machine. */
export function createNetwork(options: CreateNetworkOptions): Network {
  const draw = createGenerator(options.seed)
  const { disorder = 0.98, concentrated = 0.5 } = options
  const { weighted = 0, stable = 0 } = options
  const count =
    options.topology === 'dense'
      ? Math.max(4, Math.round(2 * Math.sqrt(options.pools)))
      : Math.max(4, Math.round(0.4 * options.pools))
  const hubCount = Math.min(hubs.length, Math.max(2, Math.round(count / 4)))

  const usd: number[] = []
  const tokens: Token[] = []
  for (let i = 0; i < count; i++) {
    const hub = hubs[i]
    const decimals =
      hub?.decimals ?? [18, 18, 18, 18, 9, 8, 6][Math.floor(draw() * 7)]!
    const price = hub?.usd ?? Math.exp(drawNormal(draw) * 3 - 1)
    usd.push(price)
    tokens.push({
      id: `0x${(i + 1).toString(16).padStart(40, '0')}`,
      symbol: hub?.symbol ?? `T${i}`,
      decimals,
      decimalPriceNative: (price / hubs[0].usd).toFixed(30),
    })
  }
  const unit = (token: number): number =>
    usd[token]! / 10 ** tokens[token]!.decimals

  const drawPair = (pool: number): [number, number] => {
    // First a tree, so that everything is connected; then the crowd.
    if (pool < count - 1) {
      const token = pool + 1
      return [Math.floor(draw() * Math.min(token, hubCount)), token]
    }
    const hub = Math.floor(draw() * hubCount)
    const kind = draw()
    const other =
      options.topology === 'dense'
        ? Math.floor(draw() * count)
        : kind < 0.35
          ? Math.floor(draw() * hubCount)
          : Math.floor(draw() ** 2 * count)
    const first = kind > 0.97 ? Math.floor(draw() * count) : hub
    return [first, first === other ? (other + 1) % count : other]
  }

  const pools: Pool[] = []
  for (let i = 0; i < options.pools; i++) {
    let [a, b] = drawPair(i)
    if (tokens[a]!.id > tokens[b]!.id) [a, b] = [b, a]
    const hubSides = (a < hubCount ? 1 : 0) + (b < hubCount ? 1 : 0)
    const depthUsd =
      Math.exp(drawNormal(draw) * 1.5) *
      (hubSides === 2 ? 20e6 : hubSides === 1 ? 600e3 : 150e3)
    const kind = draw()
    const id = `pool-${i}`
    const pair = [tokens[a]!.id, tokens[b]!.id] as const
    if (kind < stable && stables.length <= hubCount) {
      const chosen = stables.filter((token) => token < count)
      const rates = chosen.map(
        (token) => 10n ** BigInt(36 - tokens[token]!.decimals),
      )
      pools.push({
        kind: 'stable',
        id,
        tokens: chosen.map((token) => tokens[token]!.id),
        balances: chosen.map((token) =>
          // More uneven than this and the curve leaves the fee band.
          toUnits((depthUsd * (0.99 + 0.02 * draw())) / unit(token)),
        ),
        amplification: 200n,
        rates,
        feePips: 400,
        gas: 150_000,
      })
      continue
    }
    const isConcentrated = kind >= stable + weighted && draw() < concentrated
    const tier =
      tiers[
        hubSides === 2 ? Math.floor(draw() * 3) : 1 + Math.floor(draw() * 3)
      ]!
    const feePips = isConcentrated ? tier.feePips : 3000
    const shift = Math.exp(
      (2 * draw() - 1) * disorder * -Math.log1p(-feePips / 1e6),
    )
    // token1 per token0, in smallest units.
    const price = (unit(a) / unit(b)) * shift
    if (kind < stable + weighted) {
      const share = [0.5, 0.8, 0.2][Math.floor(draw() * 3)]!
      pools.push({
        kind: 'weighted',
        id,
        tokens: pair,
        balances: [
          toUnits((depthUsd * share) / unit(a) / shift),
          toUnits((depthUsd * (1 - share)) / unit(b)),
        ],
        weights: [
          BigInt(Math.round(share * 10)) * 10n ** 17n,
          BigInt(Math.round((1 - share) * 10)) * 10n ** 17n,
        ],
        scales: [a, b].map(
          (token) => 10n ** BigInt(18 - tokens[token]!.decimals),
        ),
        feePips: 3000,
        gas: 120_000,
      })
    } else if (isConcentrated)
      pools.push(
        createRanges(draw, {
          id,
          tokens: pair,
          price,
          liquidity: depthUsd / 2 / Math.sqrt(unit(a) * unit(b)),
          ...tier,
        }),
      )
    else {
      const reserve = depthUsd / 2 / unit(a) / Math.sqrt(shift)
      pools.push({
        kind: 'constant-product',
        id,
        tokens: pair,
        reserves: [toUnits(reserve), toUnits(reserve * price)],
        feePips,
        gas: 90_000,
      })
    }
  }

  const requests: NetworkRequest[] = []
  while (requests.length < (options.requests ?? 100)) {
    // Half of what people ask for is between hubs.
    const pick = (): number =>
      Math.floor(draw() * (draw() < 0.5 ? hubCount : count))
    const sell = pick()
    const buy = pick()
    if (sell === buy) continue
    const size = 100 * 10 ** (draw() * 5)
    requests.push({
      sell: tokens[sell]!.id,
      buy: tokens[buy]!.id,
      amountIn: toUnits(size / unit(sell)),
      usd: size,
    })
  }
  return { pools, tokens, requests }
}

/** Lays a full range and a handful of narrower ones around the price. */
function createRanges(
  draw: () => number,
  options: {
    readonly id: string
    readonly tokens: readonly [string, string]
    readonly price: number
    readonly liquidity: number
    readonly feePips: number
    readonly tickSpacing: number
  },
): ConcentratedPool {
  const { tickSpacing } = options
  const sqrtPriceX96 = toUnits(Math.sqrt(options.price) * 2 ** 96)
  const tick = getTickAtSqrtPrice(sqrtPriceX96)
  const nets = new Map<number, bigint>()
  let liquidity = 0n
  const furthest = Math.floor(887_272 / tickSpacing) * tickSpacing
  const add = (from: number, to: number, amount: number): void => {
    const low = Math.max(
      -furthest,
      Math.floor(from / tickSpacing) * tickSpacing,
    )
    const high = Math.min(
      furthest,
      Math.max(low + tickSpacing, Math.ceil(to / tickSpacing) * tickSpacing),
    )
    const units = toUnits(amount)
    nets.set(low, (nets.get(low) ?? 0n) + units)
    nets.set(high, (nets.get(high) ?? 0n) - units)
    if (low <= tick && tick < high) liquidity += units
  }
  add(-furthest, furthest, options.liquidity * 0.3)
  const ranges = 3 + Math.floor(draw() * 20)
  for (let i = 0; i < ranges; i++) {
    const width = tickSpacing * (2 + Math.exp(draw() * 6))
    const centre = tick + drawNormal(draw) * width * 0.6
    // The same money is deeper in a narrower range.
    const focus = Math.min(30, 3000 / width)
    add(
      centre - width,
      centre + width,
      options.liquidity * (0.2 + draw() * 3) * focus,
    )
  }
  const ticks: Tick[] = [...nets]
    .filter(([, net]) => net !== 0n)
    .sort(([left], [right]) => left - right)
    .map(([index, liquidityNet]) => ({ index, liquidityNet }))
  return {
    kind: 'concentrated',
    id: options.id,
    tokens: options.tokens,
    feePips: options.feePips,
    tickSpacing,
    sqrtPriceX96,
    liquidity,
    // A price that a float rounded onto a tick belongs to it.
    tick: getSqrtPriceAtTick(tick) <= sqrtPriceX96 ? tick : tick - 1,
    ticks,
    gas: 110_000,
  }
}

/** A small generator of numbers from 0 to 1, alike on every machine. */
function createGenerator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function drawNormal(draw: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw())
}

/** Rounds a positive float to a whole number of at least one. */
function toUnits(value: number): bigint {
  if (!(value > 1)) return 1n
  return BigInt(Math.round(value))
}
