import type { Market } from '../market/Market.js'
import type { Pool } from '../pools/Pool.js'
import { swapExactIn } from '../pools/quote.js'
import { getRates } from '../solve/getRates.js'
import type { Fill } from './Route.js'
import { sellInPool } from './sellInPool.js'

// A fifth hop has never paid for itself on the networks measured.
const mostHops = 4

type Label = {
  readonly token: number
  readonly amount: number
  readonly cost: number
  readonly pool: number
  readonly from: Label | undefined
}

/**
 * Finds the best chain of at most four pools, net of the cost of each.
 *
 * The dual prices bound what a chain can still become: a chain is followed only
 * while the value in hand plus the largest profits left at these prices could
 * beat what is known already.
 *
 * @param options.price - Dual price of each token, in the bought token.
 * @param options.profit - Profit that each pool could give at these prices.
 * @param options.cost - Cost of a swap in each pool, in the bought token.
 * @param options.known - Net output to beat, in the bought token.
 * @returns The chains that may beat it, best first, as fills in exact integers.
 */
export function findPaths(options: {
  readonly market: Market
  readonly sell: number
  readonly buy: number
  readonly amountIn: bigint
  readonly price: Float64Array
  readonly profit: ReadonlyMap<number, number>
  readonly cost: (pool: number) => number
  readonly known: number
  /** Most chains to return. */
  readonly count?: number
  readonly isLate?: (() => boolean) | undefined
}): { readonly fills: readonly Fill[]; readonly amountOut: bigint }[] {
  const { market, sell, buy, price, profit, cost } = options
  const { tokenStart, tokenPool, poolStart, poolToken, cliques } = market
  const { basePrice, sideOffset } = market
  const rates = getRates(market, buy)
  const gains: number[] = []
  const profitOf = new Float64Array(market.pools.length)
  // Pools that make a profit, by the token that is sold to them.
  const earning = new Map<number, number[]>()
  for (const [pool, value] of profit) {
    profitOf[pool] = value
    gains.push(Math.max(0, value - cost(pool)))
    for (let slot = poolStart[pool]!; slot < poolStart[pool + 1]!; slot++) {
      const group = earning.get(poolToken[slot]!)
      if (group === undefined) earning.set(poolToken[slot]!, [pool])
      else group.push(pool)
    }
  }
  gains.sort((left, right) => right - left)
  const still = [0]
  for (let hop = 0; hop < mostHops; hop++)
    still.push(still[hop]! + (gains[hop] ?? 0))

  let best = options.known
  const finished: Label[] = []
  let labels: Label[] = [
    {
      token: sell,
      amount: Number(options.amountIn),
      cost: 0,
      pool: -1,
      from: undefined,
    },
  ]
  for (let hop = 0; hop < mostHops && labels.length > 0; hop++) {
    if (options.isLate?.() === true) break
    const next = new Map<number, Label>()
    for (const label of labels) {
      const { token } = label
      const value = label.amount * price[token]! - label.cost
      if (!(value + still[mostHops - hop]! > best * slack(best))) continue
      const worthHere = label.amount * price[token]!
      const ahead = still[mostHops - hop - 1]!
      // Where only profit can still beat what is known, nothing else is tried.
      const tried =
        value + ahead > best * slack(best)
          ? tokenPool.subarray(tokenStart[token], tokenStart[token + 1])
          : (earning.get(token) ?? [])
      // What the rates must make of the amount in hand: no chain beats them.
      const logNeed =
        rates.hasCircle || !(best > 0)
          ? Number.NEGATIVE_INFINITY
          : Math.log((best + label.cost) / label.amount) +
            basePrice[buy]! -
            basePrice[token]! -
            1e-12
      for (const pool of tried) {
        const paid = label.cost + cost(pool)
        const bound = worthHere + profitOf[pool]! - paid + ahead
        if (!(bound > best * slack(best))) continue
        const first = poolStart[pool]!
        const indexIn = poolToken.indexOf(token, first) - first
        for (let slot = first; slot < poolStart[pool + 1]!; slot++) {
          const to = poolToken[slot]!
          if (to === token || isOnPath(label, to)) continue
          if (hop === mostHops - 1 && to !== buy) continue
          if (
            cliques[pool] === undefined &&
            2 * sideOffset[2 * pool + indexIn]! + rates.potential[to]! < logNeed
          )
            continue
          const amount = sellInPool(
            market,
            pool,
            indexIn,
            slot - first,
            label.amount,
          )
          const worth = amount * price[to]! - paid
          const left = to === buy ? 0 : ahead
          if (!(worth + left > best * slack(best))) continue
          const found = { token: to, amount, cost: paid, pool, from: label }
          if (to === buy) {
            finished.push(found)
            best = Math.max(best, amount - paid)
            continue
          }
          const known = next.get(to)
          if (
            known === undefined ||
            known.amount * price[to]! - known.cost < worth
          )
            next.set(to, found)
        }
      }
    }
    labels = [...next.values()]
  }
  finished.sort(
    (left, right) => right.amount - right.cost - (left.amount - left.cost),
  )
  // Floats order them; integers decide among the first few.
  return finished
    .slice(0, options.count ?? 3)
    .map((label) => executePath(market, label, options.amountIn))
    .filter((path) => path !== undefined)
}

/** A little under one, so that float noise drops no equal. */
function slack(value: number): number {
  return value > 0 ? 1 - 1e-12 : 1
}

function isOnPath(label: Label, token: number): boolean {
  for (let at: Label | undefined = label; at !== undefined; at = at.from)
    if (at.token === token) return true
  return false
}

function executePath(
  market: Market,
  end: Label,
  amountIn: bigint,
): { fills: Fill[]; amountOut: bigint } | undefined {
  const chain: { pool: number; from: number; to: number }[] = []
  for (let at = end; at.from !== undefined; at = at.from)
    chain.unshift({ pool: at.pool, from: at.from.token, to: at.token })
  return executeChain(market, chain, amountIn)
}

/** Carries one chain of pools out in exact integers. */
export function executeChain(
  market: Market,
  chain: readonly {
    readonly pool: number
    readonly from: number
    readonly to: number
  }[],
  amountIn: bigint,
): { fills: Fill[]; amountOut: bigint } | undefined {
  const fills: Fill[] = []
  const states = new Map<number, Pool>()
  let units = amountIn
  for (const { pool, from, to } of chain) {
    const state = states.get(pool) ?? market.pools[pool]!
    const first = market.poolStart[pool]!
    const swap = swapExactIn(
      state,
      market.poolToken.indexOf(from, first) - first,
      market.poolToken.indexOf(to, first) - first,
      units,
    )
    if (swap.amountIn !== units || swap.amountOut === 0n) return undefined
    states.set(pool, swap.poolAfter)
    fills.push({
      pool: state.id,
      tokenIn: market.tokenIds[from]!,
      tokenOut: market.tokenIds[to]!,
      amountIn: units,
      amountOut: swap.amountOut,
    })
    units = swap.amountOut
  }
  return { fills, amountOut: units }
}
