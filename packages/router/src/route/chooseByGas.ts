import type { Market } from '../market/Market.js'
import type { Dual } from '../solve/createDual.js'
import { createDual } from '../solve/createDual.js'
import { computeRates, getRates } from '../solve/getRates.js'
import { createHeap } from '../solve/heap.js'
import { collectFlows, orderFlows } from './collectFlows.js'
import { type Request, solveRequest } from './solveRequest.js'

/** A solved selection of pools. */
export type Selection = {
  readonly dual: Dual
  readonly pools: readonly number[]
  /** Pools that carry something, and what the swaps in them cost. */
  readonly used: ReadonlySet<number>
  readonly cost: number
  /** Output less the cost of gas, as a real number. */
  readonly net: number
}

/** Costs fixed before solving, so that all candidates are scored alike. */
export type GasCosts = (pool: number) => number

// Up to this many pools every selection is weighed.
const mostExhaustive = 10
// Solves that one exhaustive search may take: bounds leave far fewer.
const mostSolves = 150
// The same for a whole request: later tries seldom change the choice.
const mostSolvesInAll = 300
const mostRounds = 3

/**
 * Chooses the pools that are worth their gas.
 *
 * A pool's profit at the dual prices is a lower bound on what leaving it out
 * costs, so a pool that earns more than its gas stays. The others are dropped in
 * batches while many remain, and by exhaustive branch and bound at the end.
 *
 * @param all - The solution over all pools, gas left aside.
 * @param extra - Pools of the best single path, always weighed.
 */
export function chooseByGas(
  request: Request,
  all: Dual,
  options: {
    readonly pools: Int32Array
    readonly cost: GasCosts
    readonly extra: readonly number[]
    /** Further chains of pools that are worth a try. */
    readonly chains: readonly (readonly number[])[]
  },
): { readonly selection: Selection; readonly ceilings: readonly Dual[] } {
  const { cost } = options
  let left = mostSolvesInAll
  const solve = (
    pools: readonly number[],
    start?: Float64Array,
  ): Selection | undefined => {
    if (left === 0) return undefined
    left--
    return solveSelection(request, pools, cost, start)
  }

  let best = score(all, [], cost)
  const ceilings: Dual[] = []
  let current: readonly number[] = [
    ...new Set([...best.used, ...options.extra]),
  ]
  for (let round = 0; round < mostRounds; round++) {
    const reduced = reduce(request, current, cost, solve)
    const isBetter =
      reduced !== undefined && reduced.net > best.net * (1 + 1e-12)
    if (isBetter) best = reduced
    if (round > 0 && !isBetter) break
    if (request.isLate?.() === true) break
    const outlook = lookAround(request, best, options.pools)
    ceilings.push(outlook)
    const missing = findMissing(outlook, best, cost)
    if (missing.length === 0) break
    current = [...new Set([...best.used, ...missing])]
  }
  best = addWays(request, best, all, options, solve)
  best = addShortcuts(request, best, cost, solve)
  return { selection: best, ceilings }
}

// Ways of the free optimum that are tried beside a selection.
const mostAdded = 12

/**
 * Tries whole ways of the free optimum beside what was chosen, and beside the
 * best chain alone: leaving out can end where only another way would help.
 */
function addWays(
  request: Request,
  chosen: Selection,
  all: Dual,
  options: {
    readonly cost: GasCosts
    readonly extra: readonly number[]
    readonly chains: readonly (readonly number[])[]
  },
  solve: (
    pools: readonly number[],
    start?: Float64Array,
  ) => Selection | undefined,
): Selection {
  const { cost } = options
  const ways = [...listWays(all).slice(0, mostAdded), ...options.chains]
  if (ways.length < 2) return chosen
  let best = chosen
  for (const start of [chosen, solve(options.extra)]) {
    let current = start
    if (current === undefined) continue
    for (const way of ways) {
      if (request.isLate?.() === true) return best
      if (way.every((pool) => current!.used.has(pool))) continue
      const union = solve([...new Set([...current.used, ...way])])
      if (union === undefined) continue
      // No part of the union nets more than its own bound.
      const { value } = getNetCeiling(union.dual, cost, 0)
      if (value <= current.net * (1 + 1e-12)) continue
      const reduced = reduce(request, union.pools, cost, solve)
      if (reduced !== undefined && reduced.net > current.net * (1 + 1e-12))
        current = reduced
    }
    if (current.net > best.net) best = current
  }
  return best
}

// Unused pools that are tried between two tokens of a route.
const mostDirect = 2

/**
 * Tries unused pools between the tokens of a route: one may be a little dearer,
 * which keeps it out of the free optimum, and yet save the gas of two.
 */
function addShortcuts(
  request: Request,
  chosen: Selection,
  cost: GasCosts,
  solve: (
    pools: readonly number[],
    start?: Float64Array,
  ) => Selection | undefined,
): Selection {
  // With more pools the search that follows would no longer be exact.
  if (chosen.used.size >= mostExhaustive) return chosen
  const { market } = request
  const { tokenStart, tokenPool, sideIn, sideOut, sideOffset, cliques } = market
  let best = chosen
  const { order } = orderFlows(
    collectFlows(chosen.dual),
    request.sell,
    request.buy,
  )
  for (const [place, from] of order.entries()) {
    const later = new Set(order.slice(place + 1))
    const direct = new Map<number, { pool: number; surplus: number }[]>()
    for (let p = tokenStart[from]!; p < tokenStart[from + 1]!; p++) {
      const pool = tokenPool[p]!
      if (cliques[pool] !== undefined || best.used.has(pool)) continue
      const side = 2 * pool + (sideIn[2 * pool] === from ? 0 : 1)
      const to = sideOut[side]!
      if (!later.has(to)) continue
      const found = direct.get(to) ?? []
      found.push({ pool, surplus: sideOffset[side]! })
      direct.set(to, found)
    }
    for (const found of direct.values()) {
      found.sort((left, right) => right.surplus - left.surplus)
      for (const { pool } of found.slice(0, mostDirect)) {
        if (request.isLate?.() === true) return best
        const union = solve([...best.used, pool])
        if (union === undefined) continue
        // Even all of it would have to net more than what is known.
        const least = union.dual.value - cost(pool)
        if (least <= best.net) continue
        const exact = searchSubsets(
          request,
          [...new Set([...best.used, pool])],
          cost,
          solve,
          best,
        )
        if (exact.net > best.net * (1 + 1e-12)) best = exact
      }
    }
  }
  return best
}

function solveSelection(
  request: Request,
  pools: readonly number[],
  cost: GasCosts,
  start?: Float64Array,
): Selection | undefined {
  if (pools.length === 0) return undefined
  // A pool that is listed twice would count as two.
  const list = Int32Array.from(new Set(pools))
  const { dual } = solveRequest(request, { pools: list, subset: true, start })
  if (!(dual.value > 0) || !Number.isFinite(dual.value)) return undefined
  return score(dual, pools, cost)
}

function score(
  dual: Dual,
  pools: readonly number[],
  cost: GasCosts,
): Selection {
  const { flows } = orderFlows(collectFlows(dual), dual.sell, dual.buy)
  const used = new Set<number>()
  let spent = 0
  for (const { pool } of flows) {
    used.add(pool)
    spent += cost(pool)
  }
  return { dual, pools, used, cost: spent, net: dual.value - spent }
}

/** Lists the profit of every pool that trades at a dual's prices. */
export function readProfits(dual: Dual): Map<number, number> {
  const profits = new Map<number, number>()
  for (let i = 0; i < dual.activeCount; i++)
    profits.set(
      dual.activeSide[i]! >> 1,
      dual.activeOut[i]! - dual.activeIn[i]!,
    )
  for (const { pool, trade } of dual.activeCliques)
    profits.set(pool, trade.value)
  return profits
}

/** A bound on what any route nets, and how it was reached. */
export type NetCeiling = {
  readonly value: number
  /** The part of each pool's gas that was charged pool by pool. */
  readonly split: number
}

const splits = [1, 0.75, 0.5, 0.25, 0]

/**
 * Bounds what any route nets: pools count only beyond their gas.
 *
 * Charged pool by pool, gas can be escaped by using a pool a little; charged for
 * the cheapest chain alone, further pools are free. Any mixture of the two is a
 * bound as well, so the lowest one counts.
 *
 * @param cheapest - Gas cost of the cheapest chain of pools that connects.
 */
export function getNetCeiling(
  dual: Dual,
  cost: GasCosts,
  cheapest: number,
): NetCeiling {
  const profits = readProfits(dual)
  const base = dual.amount * dual.price[dual.sell]!
  let best: NetCeiling = { value: Number.POSITIVE_INFINITY, split: 1 }
  for (const split of splits) {
    let value = base - (1 - split) * cheapest
    for (const [pool, profit] of profits)
      value += Math.max(0, profit - split * cost(pool))
    if (value < best.value) best = { value, split }
  }
  return best
}

/** Gives the gas of the chain of pools that connects two tokens most cheaply. */
export function getCheapestGas(
  market: Market,
  sell: number,
  buy: number,
): number {
  const { tokenStart, tokenPool, poolStart, poolToken } = market
  const least = new Map<number, number>([[sell, 0]])
  const heap = createHeap()
  heap.push(0, sell)
  for (let token = heap.pop(); token >= 0; token = heap.pop()) {
    const gas = heap.lastKey()
    if (token === buy) return gas
    if (gas > least.get(token)!) continue
    for (let p = tokenStart[token]!; p < tokenStart[token + 1]!; p++) {
      const pool = tokenPool[p]!
      const next = gas + market.pools[pool]!.gas
      // Nothing dearer than a known way to the end is worth keeping.
      if (next >= (least.get(buy) ?? Number.POSITIVE_INFINITY)) continue
      for (let slot = poolStart[pool]!; slot < poolStart[pool + 1]!; slot++) {
        const to = poolToken[slot]!
        if (next < (least.get(to) ?? Number.POSITIVE_INFINITY)) {
          least.set(to, next)
          heap.push(next, to)
        }
      }
    }
  }
  return 0
}

// Single pools and whole ways that one round tries to leave out, beside the
// batch of the worst.
const mostSingles = 6
const mostWays = 6

/** Leaves pools out while that nets more, then searches what is left exactly. */
function reduce(
  request: Request,
  pools: readonly number[],
  cost: GasCosts,
  solve: (
    pools: readonly number[],
    start?: Float64Array,
  ) => Selection | undefined,
): Selection | undefined {
  let best = solve(pools)
  if (best === undefined) return undefined
  while (best.used.size > 1) {
    if (best.used.size <= mostExhaustive) {
      const exact = searchSubsets(request, [...best.used], cost, solve, best)
      return exact.net > best.net ? exact : best
    }
    let improved: Selection | undefined
    for (const dropped of listDrops(best, cost)) {
      if (request.isLate?.() === true) return best
      const kept = [...best.used].filter((pool) => !dropped.has(pool))
      const next = solve(kept, best.dual.shift)
      if (next !== undefined && next.net > best.net) {
        improved = next
        break
      }
    }
    if (improved === undefined) return best
    best = improved
  }
  return best
}

/** Sets of pools that might better be left out, the most promising first. */
function listDrops(
  selection: Selection,
  cost: GasCosts,
): readonly ReadonlySet<number>[] {
  const profits = readProfits(selection.dual)
  const losses = [...selection.used]
    .map((pool) => ({ pool, rest: (profits.get(pool) ?? 0) - cost(pool) }))
    .filter(({ rest }) => rest < 0)
    .sort((left, right) => left.rest - right.rest)
    .map(({ pool }) => pool)
  // While all earn their gas, leaving out any set of them costs more.
  if (losses.length === 0) return []
  const drops: Set<number>[] = []
  for (let batch = losses.length >> 1; batch > 1; batch >>= 1)
    drops.push(new Set(losses.slice(0, batch)))
  // The pools of a chain are worth something only together.
  const ways = listWays(selection.dual)
  const uses = new Map<number, number>()
  for (const way of ways)
    for (const pool of way) uses.set(pool, (uses.get(pool) ?? 0) + 1)
  for (const way of ways.slice(-mostWays).reverse()) {
    const own = way.filter((pool) => uses.get(pool) === 1)
    if (own.length > 0) drops.push(new Set(own))
  }
  for (const pool of losses.slice(0, mostSingles)) drops.push(new Set([pool]))
  return drops
}

/** Takes flows apart into chains of pools, widest first. */
function listWays(dual: Dual): readonly (readonly number[])[] {
  const { flows, order } = orderFlows(collectFlows(dual), dual.sell, dual.buy)
  const left = flows.map((flow) => ({ ...flow }))
  const ways: number[][] = []
  for (let round = 0; round < left.length; round++) {
    const width = new Map([[dual.sell, Number.POSITIVE_INFINITY]])
    const via = new Map<number, (typeof left)[number]>()
    for (const token of order)
      for (const flow of left) {
        if (flow.from !== token) continue
        const through = Math.min(width.get(token) ?? 0, flow.value)
        if (through > (width.get(flow.to) ?? 0)) {
          width.set(flow.to, through)
          via.set(flow.to, flow)
        }
      }
    const taken = width.get(dual.buy) ?? 0
    if (!(taken > 0)) break
    const way: number[] = []
    for (let token = dual.buy; token !== dual.sell; ) {
      const flow = via.get(token)!
      flow.value -= taken
      way.push(flow.pool)
      token = flow.from
    }
    ways.push(way)
  }
  return ways
}

/** Branch and bound over all selections of a few pools. */
function searchSubsets(
  request: Request,
  pools: readonly number[],
  cost: GasCosts,
  solve: (pools: readonly number[]) => Selection | undefined,
  known: Selection,
): Selection {
  let best = known
  // Every solution is a bound for every selection: its price vector prices all.
  const cuts: { base: number; profit: Float64Array }[] = []
  let solves = 0
  const positions = new Map(pools.map((pool, i) => [pool, i]))
  const visit = (included: number, free: number): void => {
    if (solves >= mostSolves || request.isLate?.() === true) return
    let bound = Number.POSITIVE_INFINITY
    for (const { base, profit } of cuts) {
      let value = base
      for (let i = 0; i < pools.length; i++) {
        if ((included >> i) & 1) value += profit[i]! - cost(pools[i]!)
        else if ((free >> i) & 1)
          value += Math.max(0, profit[i]! - cost(pools[i]!))
      }
      bound = Math.min(bound, value)
    }
    if (bound <= best.net * (1 + 1e-13)) return
    const chosen = pools.filter((_, i) => ((included | free) >> i) & 1)
    const solved = solve(chosen)
    solves++
    if (solved === undefined) return
    if (solved.net > best.net) best = solved
    const profit = evaluateAll(request, solved, pools)
    cuts.push({
      base: solved.dual.amount * solved.dual.price[solved.dual.sell]!,
      profit,
    })
    // Branch on the pool whose worth is least clear; an unused one is simply out.
    let pick = -1
    let least = Number.POSITIVE_INFINITY
    let open = free
    for (let i = 0; i < pools.length; i++) {
      if (((open >> i) & 1) === 0) continue
      if (!solved.used.has(pools[i]!)) continue
      const rest = profit[i]! - cost(pools[i]!)
      if (rest < least) {
        least = rest
        pick = i
      }
    }
    if (pick < 0) {
      // Nothing open is used: only leaving used pools out could change it.
      return
    }
    open &= ~(1 << pick)
    visit(included, open)
    visit(included | (1 << pick), open)
  }
  visit(0, (1 << positions.size) - 1)
  return best
}

/** Profit of each of the pools at a solution's prices, solved for or not. */
function evaluateAll(
  request: Request,
  solved: Selection,
  pools: readonly number[],
): Float64Array {
  const dual = createDual({
    market: request.market,
    sell: request.sell,
    buy: request.buy,
    amount: Number(request.amountIn),
    pools: Int32Array.from(pools),
  })
  dual.shift.set(solved.dual.shift)
  // A token that the selection does not reach has no price in it.
  for (let token = 0; token < dual.shift.length; token++)
    if (dual.shift[token] === Number.NEGATIVE_INFINITY) dual.shift[token] = 0
  dual.evaluate()
  const profits = readProfits(dual)
  return Float64Array.from(pools, (pool) => profits.get(pool) ?? 0)
}

/**
 * Prices all tokens from a selection: those it trades keep their prices, the
 * others get what they can be sold for into those.
 */
function lookAround(
  request: Request,
  selection: Selection,
  pools: Int32Array,
): Dual {
  const { market, sell, buy } = request
  const fixed = new Map<number, number>([
    [sell, selection.dual.shift[sell]!],
    [buy, 0],
  ])
  for (const pool of selection.used)
    for (
      let slot = market.poolStart[pool]!;
      slot < market.poolStart[pool + 1]!;
      slot++
    ) {
      const token = market.poolToken[slot]!
      fixed.set(token, selection.dual.shift[token]!)
    }
  const { potential } = computeRates(market, [...fixed.keys()], {
    pools,
    labels: [...fixed.values()],
  })
  const dual = createDual({
    market,
    sell,
    buy,
    amount: Number(request.amountIn),
    pools,
  })
  dual.shift.set(potential)
  dual.evaluate()
  return dual
}

/** Pools outside the selection that could earn more than their gas. */
function findMissing(
  outlook: Dual,
  selection: Selection,
  cost: GasCosts,
): number[] {
  const { market } = outlook
  const missing: { pool: number; rest: number }[] = []
  for (const [pool, profit] of readProfits(outlook)) {
    const rest = profit - cost(pool)
    if (rest > 0 && !selection.used.has(pool)) missing.push({ pool, rest })
  }
  missing.sort((left, right) => right.rest - left.rest)
  const found = new Set<number>()
  const rates = getRates(market, outlook.buy)
  for (const { pool } of missing.slice(0, 6)) {
    found.add(pool)
    // A pool is of use only with a way on from the token that it pays.
    for (
      let slot = market.poolStart[pool]!;
      slot < market.poolStart[pool + 1]!;
      slot++
    ) {
      const via = rates.viaPool[market.poolToken[slot]!]!
      if (via >= 0) found.add(via)
    }
  }
  return [...found]
}
