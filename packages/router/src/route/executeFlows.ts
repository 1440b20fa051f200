import type { Market } from '../market/Market.js'
import type { Pool } from '../pools/Pool.js'
import { swapExactIn } from '../pools/quote.js'
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

  const fillOnce = (flow: Flow, amountIn: bigint): bigint => {
    if (amountIn <= 0n) return 0n
    const pool = states.get(flow.pool) ?? market.pools[flow.pool]!
    const swap = swapExactIn(pool, flow.indexIn, flow.indexOut, amountIn)
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

  const fill = (flow: Flow, amountIn: bigint): bigint => {
    let taken = fillOnce(flow, amountIn)
    // A weighted pool takes a part of its balance at a time.
    if (market.pools[flow.pool]!.kind === 'weighted')
      for (let again = 0; taken < amountIn && again < mostRepeats; again++)
        taken += fillOnce(flow, amountIn - taken)
    return taken
  }

  for (const token of acyclic.order) {
    if (token === request.buy) continue
    const balance = balances.get(token) ?? 0n
    if (balance === 0n) continue
    const branches = leaving.get(token)
    if (branches === undefined) return undefined
    branches.sort((left, right) => left.value - right.value)
    let total = 0
    for (const flow of branches) total += flow.value
    let left = balance
    // Branches that took all they were given may take more.
    const open: Flow[] = []
    for (const [position, flow] of branches.entries()) {
      const isLast = position === branches.length - 1
      const share = BigInt(Math.floor((flow.value / total) * shareUnit))
      const wanted = isLast ? left : (balance * share) >> BigInt(shareBits)
      const taken = fill(flow, wanted)
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
