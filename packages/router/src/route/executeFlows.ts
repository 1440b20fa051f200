import type { Market } from '../market/Market.js'
import type { Pool } from '../pools/Pool.js'
import { swapExactIn, swapExactOut } from '../pools/quote.js'
import type { Swap } from '../pools/Swap.js'
import type { AcyclicFlows, Flow } from './collectFlows.js'
import type { Fill } from './Route.js'

/** Fills in the order in which they can be carried out. */
export type Execution = {
  readonly fills: readonly Fill[]
  /** What the fills pay in the bought token together, in smallest units. */
  readonly amountOut: bigint
}

// Shares are cut at 50 bits: what is lost goes to the largest branch.
const shareBits = 50
const mostRepeats = 15
const shareUnit = 2 ** shareBits

/**
 * What becomes of input that buys no whole unit more: it is left where it is, or
 * taken from every branch but one, the largest or the smallest, which gets it.
 * A unit of a coarse token can be worth more than all that a split saves.
 */
export type Rounding = 'plain' | 'to-largest' | 'to-smallest'

/**
 * Carries flows out in exact integers: every token's whole balance is split
 * over its flows in proportion, and nothing of it is left over.
 *
 * @returns The fills, or `undefined` when the pools cannot take the amount.
 */
export function executeFlows(
  market: Market,
  acyclic: AcyclicFlows,
  request: {
    readonly sell: number
    readonly buy: number
    readonly amountIn: bigint
  },
  rounding: Rounding = 'plain',
): Execution | undefined {
  const states = new Map<number, Pool>()
  const balances = new Map<number, bigint>([[request.sell, request.amountIn]])
  const leaving = new Map<number, Flow[]>()
  for (const flow of acyclic.flows) {
    const group = leaving.get(flow.from)
    if (group === undefined) leaving.set(flow.from, [flow])
    else group.push(flow)
  }
  const fills: Fill[] = []

  const fillOnce = (
    flow: Flow,
    amountIn: bigint,
    isTrimmed: boolean,
  ): bigint => {
    if (amountIn <= 0n) return 0n
    const pool = states.get(flow.pool) ?? market.pools[flow.pool]!
    let swap = swapExactIn(pool, flow.indexIn, flow.indexOut, amountIn)
    if (isTrimmed) swap = trim(pool, flow, swap)
    // A swap that pays nothing would be a gift to the pool.
    if (swap.amountOut === 0n) return 0n
    states.set(flow.pool, swap.poolAfter)
    balances.set(flow.to, (balances.get(flow.to) ?? 0n) + swap.amountOut)
    fills.push({
      pool: pool.id,
      tokenIn: market.tokenIds[flow.from]!,
      tokenOut: market.tokenIds[flow.to]!,
      amountIn: swap.amountIn,
      amountOut: swap.amountOut,
    })
    return swap.amountIn
  }

  const fill = (flow: Flow, amountIn: bigint, isTrimmed = false): bigint => {
    let taken = fillOnce(flow, amountIn, isTrimmed)
    // A weighted pool takes a part of its balance at a time.
    if (market.pools[flow.pool]!.kind === 'weighted')
      for (let again = 0; taken < amountIn && again < mostRepeats; again++)
        taken += fillOnce(flow, amountIn - taken, false)
    return taken
  }

  for (const token of acyclic.order) {
    if (token === request.buy) continue
    const balance = balances.get(token) ?? 0n
    if (balance === 0n) continue
    const branches = leaving.get(token)
    if (branches === undefined) return undefined
    branches.sort((left, right) =>
      rounding === 'to-smallest'
        ? right.value - left.value
        : left.value - right.value,
    )
    let total = 0
    for (const flow of branches) total += flow.value
    let left = balance
    // Branches that took all they were given may take more.
    const open: Flow[] = []
    for (const [position, flow] of branches.entries()) {
      const isLast = position === branches.length - 1
      const share = BigInt(Math.floor((flow.value / total) * shareUnit))
      const wanted = isLast ? left : (balance * share) >> BigInt(shareBits)
      const taken = fill(flow, wanted, rounding !== 'plain' && !isLast)
      left -= taken
      if (taken === wanted) open.push(flow)
    }
    for (let again = open.pop(); left > 0n && again; again = open.pop())
      left -= fill(again, left)
    if (left > 0n) return undefined
    balances.set(token, 0n)
  }
  return { fills, amountOut: balances.get(request.buy) ?? 0n }
}

/** Takes no more than the least that buys the same whole units. */
function trim(pool: Pool, flow: Flow, swap: Swap): Swap {
  const { indexIn, indexOut } = flow
  // Others buy an exact amount by search.
  if (pool.kind !== 'constant-product' && pool.kind !== 'concentrated')
    return swap
  const least = swapExactOut(pool, indexIn, indexOut, swap.amountOut)
  if (least === undefined || least.amountIn >= swap.amountIn) return swap
  const trimmed = swapExactIn(pool, indexIn, indexOut, least.amountIn)
  return trimmed.amountOut === swap.amountOut &&
    trimmed.amountIn === least.amountIn
    ? trimmed
    : swap
}
