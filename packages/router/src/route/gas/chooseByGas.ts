// One file because it is one search: a bound, what it rules out, and the rest.
import { chargeMarket } from '../../market/chargeMarket.js'
import { countEntries } from '../../market/countEntries.js'
import {
  createSubMarket,
  type SubMarket,
} from '../../market/createSubMarket.js'
import { createDual, type Dual } from '../../solve/createDual.js'
import { getRates } from '../../solve/getRates.js'
import { type AcyclicFlows, collectFlows, orderFlows } from '../collectFlows.js'
import { type Request, solveRequest } from '../solveRequest.js'
import { boundNet, type NetBound } from './boundNet.js'
import type { Caps } from './createCaps.js'
import { findNearPools, priceAround } from './findNearPools.js'
import type { GasCosts } from './GasCosts.js'

/** What the search for the best selection of pools found. */
export type GasChoice = {
  /** Flows over the selections that may net most, best first. */
  readonly flows: readonly AcyclicFlows[]
  /** Prices of all tokens, and what they prove that any route nets at most. */
  readonly dual: Dual
  readonly bound: NetBound
}

// Pools that a request is solved over once gas counts, at first and at most.
const fewPools = 160
// Rounds of taking in pools that the first choice passed by.
const mostRounds = 3
// Pools that are searched exactly, and solves that this may take.
const mostCandidates = 60
const mostNodes = 120
// Pools evaluated in them; a weighted or a stable one costs as much as some pairs.
const mostEffort = 4000
const effortOf = {
  'constant-product': 1,
  concentrated: 1,
  weighted: 2,
  stable: 8,
} as const
// Rounds of spreading the gas anew over what the prices make of the caps.
const mostSpreads = 8
// Rounds of spreading gas over what the pools are given, and of leaving one out.
const mostScalings = 6
const mostDrops = 12
const mostTries = 4
const mostAdded = 16
// Selections that are carried out in integers.
const mostChoices = 3
// Share of the bound that the relaxation is solved to, and under which a better
// selection is not worth looking for: a two-hundredth of a basis point.
const negligible = 1e-8
const worthLooking = 5e-7
// How much further than the free optimum's own price impact chains may lie.
const impactMargin = 4
const leastWidth = 0.001

/**
 * Chooses the pools that are worth their gas.
 *
 * A swap's gas is a fixed cost. Spread over the most that can pass through a
 * pool it becomes a fee, and the problem convex again: its prices bound what any
 * route nets. What a pool could add at these prices beyond its gas, held against
 * what is still missing to the bound, rules most pools in or out for good; the
 * few that are left are searched by branch and bound with the same relaxation.
 *
 * @param options.dual - The solution over all pools, gas left aside.
 * @param options.known - What the best route so far nets.
 */
export function chooseByGas(
  request: Request,
  options: {
    readonly dual: Dual
    readonly caps: Caps
    readonly pools: Int32Array
    readonly cost: GasCosts
    /** Smallest units of the bought token that one unit of gas costs. */
    readonly unitsPerGas: number
    readonly known: number
  },
): GasChoice {
  const { market, sell, buy } = request
  const { dual, caps, pools, cost } = options
  const { potential } = getRates(market, buy)
  const impact = Math.max(0, potential[sell]! - dual.shift[sell]!)
  let dearest = 0
  for (const pool of pools) dearest = Math.max(dearest, cost(pool))
  const charges = { unitsPerGas: options.unitsPerGas, bound: caps.bound }
  const near = findNearPools(request, {
    ...charges,
    pools,
    width:
      impactMargin * impact +
      1.5 * Math.log1p(dearest / caps.bound) +
      leastWidth,
    most: fewPools,
  })
  const members = new Set(near)
  for (let round = 0; ; round++) {
    const search = createSearch(request, [...members], { caps, cost })
    const { shift: own } = search.relax()
    const shift = priceAround(request, {
      ...charges,
      starts: Array.from(search.sub.tokenOf, (token, place) => [
        token,
        own[place]!,
      ]),
      floor: own[search.sub.toToken(sell)]!,
    })
    const priced = createDual({
      market,
      sell,
      buy,
      amount: Number(request.amountIn),
      pools,
    })
    priced.shift.set(shift)
    priced.evaluate()
    const bound = boundNet(priced, { cost, caps })
    // Pools outside that could earn more than their gas are taken in.
    const missing: { pool: number; rest: number }[] = []
    let short = 0
    for (const [pool, gain] of bound.gains) {
      const rest = gain - cost(pool)
      if (rest <= 0 || members.has(pool)) continue
      missing.push({ pool, rest })
      short += rest
    }
    if (
      short <= negligible * 10 * caps.bound ||
      round === mostRounds ||
      request.isLate?.() === true
    )
      return { flows: choose(search, options.known), dual: priced, bound }
    missing.sort((left, right) => right.rest - left.rest)
    for (const { pool } of missing.slice(0, fewPools)) members.add(pool)
  }

  function choose(search: Search, known: number): readonly AcyclicFlows[] {
    const first = search.polish()
    const net = Math.max(known, first[0]?.net ?? known)
    const open = search.listOpen(net)
    if (open.length === 0) return first.map(({ flows }) => flows)
    // Few pools are left: solves over them alone cost less.
    const inner = createSearch(request, open, { caps, cost })
    inner.relax()
    return [...first, ...inner.polish(), ...inner.branch(net)]
      .sort((left, right) => right.net - left.net)
      .slice(0, mostChoices)
      .map(({ flows }) => flows)
  }
}

type Selection = {
  readonly net: number
  readonly dual: Dual
  readonly used: readonly number[]
}

type Node = {
  /** Positions of pools whose gas is paid for, and of those left to choose. */
  readonly taken: ReadonlySet<number>
  readonly open: readonly number[]
  readonly bound: number
}

type Found = { readonly net: number; readonly flows: AcyclicFlows }

type Search = {
  readonly sub: SubMarket
  /** Solves with gas spread; its prices bound what the part can net. */
  readonly relax: () => { readonly shift: Float64Array }
  /** Looks for good selections near the relaxed solution. */
  readonly polish: () => readonly Found[]
  /** Pools of the whole market that a route netting more could use. */
  readonly listOpen: (known: number) => number[]
  /** Searches for a selection that nets more than is known. */
  readonly branch: (known: number) => readonly Found[]
}

function createSearch(
  request: Request,
  pools: readonly number[],
  options: { readonly caps: Caps; readonly cost: GasCosts },
): Search {
  const sub = createSubMarket(request.market, pools, [
    request.sell,
    request.buy,
  ])
  const { market, poolOf, tokenOf } = sub
  const { poolStart, poolToken, basePrice } = market
  const sell = sub.toToken(request.sell)
  const buy = sub.toToken(request.buy)
  const amount = Number(request.amountIn)
  const cost: GasCosts = (pool) => options.cost(poolOf[pool]!)
  const caps: Caps = {
    bound: options.caps.bound,
    logUnits: Float64Array.from(
      tokenOf,
      (token) => options.caps.logUnits[token]!,
    ),
  }
  const own: Request = { ...request, market, sell, buy }
  const all = Int32Array.from(poolOf.keys())
  const tolerance = worthLooking * caps.bound

  /** Spreads gas over the caps at given prices; nothing for paid pools. */
  const spread = (
    shift: Float64Array | undefined,
    list: Iterable<number>,
  ): Float64Array => {
    const logCharges = new Float64Array(poolToken.length)
    for (const pool of list) {
      const share = cost(pool) / countEntries(market, pool)
      for (let slot = poolStart[pool]!; slot < poolStart[pool + 1]!; slot++) {
        const token = poolToken[slot]!
        const logValue =
          shift === undefined || !Number.isFinite(shift[token]!)
            ? Math.log(caps.bound)
            : caps.logUnits[token]! +
              basePrice[token]! -
              basePrice[buy]! +
              shift[token]!
        logCharges[slot] = Math.min(40, Math.log1p(share / Math.exp(logValue)))
      }
    }
    return logCharges
  }

  const solveCharged = (list: Int32Array, logCharges: Float64Array): Dual =>
    solveRequest(
      { ...own, market: chargeMarket(market, logCharges) },
      { pools: list, subset: true },
    ).dual

  /** The dual function without charges at another one's prices. */
  const price = (shift: Float64Array, list: Int32Array): Dual => {
    const dual = createDual({ market, sell, buy, amount, pools: list })
    for (let token = 0; token < shift.length; token++)
      dual.shift[token] = Number.isFinite(shift[token]!) ? shift[token]! : 0
    dual.evaluate()
    return dual
  }

  const selections = new Map<string, Selection | undefined>()
  let best: Selection | undefined
  /** Solves over the pools that a solution uses, without any charge. */
  const tryPools = (found: Dual): Selection | undefined => {
    const { flows } = orderFlows(collectFlows(found), sell, buy)
    const used = [...new Set(flows.map(({ pool }) => pool))].sort(
      (left, right) => left - right,
    )
    return tryList(used)
  }

  const tryList = (used: readonly number[]): Selection | undefined => {
    const key = used.join()
    const known = selections.get(key)
    if (known !== undefined || selections.has(key)) return known
    let selection: Selection | undefined
    if (used.length > 0) {
      const { dual } = solveRequest(own, {
        pools: Int32Array.from(used),
        subset: true,
      })
      if (dual.value > 0 && Number.isFinite(dual.value)) {
        const ordered = orderFlows(collectFlows(dual), sell, buy)
        const carrying = new Set(ordered.flows.map(({ pool }) => pool))
        // A pool that trades several pairs of its tokens is paid for each.
        let net = dual.value
        for (const { pool } of ordered.flows) net -= cost(pool)
        selection = {
          net,
          dual,
          used: [...carrying].sort((left, right) => left - right),
        }
      }
    }
    selections.set(key, selection)
    if (
      selection !== undefined &&
      (best === undefined || selection.net > best.net)
    )
      best = selection
    return selection
  }

  let root: { dual: Dual; bound: NetBound } | undefined
  const relaxed: Dual[] = []
  const relax = (): { shift: Float64Array } => {
    let shift: Float64Array | undefined
    for (let round = 0; round < mostSpreads; round++) {
      const charged = solveCharged(all, spread(shift, all))
      relaxed.push(charged)
      const dual = price(charged.shift, all)
      const bound = boundNet(dual, { cost, caps })
      const before = root?.bound.value ?? Number.POSITIVE_INFINITY
      if (bound.value < before) root = { dual, bound }
      shift = charged.shift.slice()
      if (bound.value >= before - negligible * caps.bound) break
      if (request.isLate?.() === true) break
    }
    return { shift: root!.dual.shift }
  }

  const list = (): readonly Found[] =>
    [...selections.values()]
      .filter((selection) => selection !== undefined)
      .sort((left, right) => right.net - left.net)
      .slice(0, mostChoices)
      .map((selection) => ({
        net: selection.net,
        flows: toFlows(selection),
      }))

  const listOpen = (known: number): number[] => {
    const { dual, bound } = root!
    // A pool is ruled out when any route through it nets less than is known.
    const short = bound.value - known
    if (short <= tolerance) return []
    const open: { pool: number; rest: number }[] = []
    for (const pool of all) {
      const gain = bound.gains.get(pool)
      const rest = (gain ?? 0) - cost(pool)
      if (rest <= -short) continue
      // Of the pools at rest the one that is nearest to trading comes first.
      const away = gain === undefined ? getDistance(pool, dual.shift) : 0
      open.push({ pool, rest: rest - away * caps.bound })
    }
    return open
      .sort((left, right) => right.rest - left.rest)
      .slice(0, mostCandidates)
      .map(({ pool }) => poolOf[pool]!)
  }

  /**
   * Looks for a good selection near a charged solution: gas is spread over what
   * each pool was given, until the same pools are used again; then what earns
   * less than its gas is left out, as long as that nets more.
   */
  const settle = (charged: Dual): void => {
    let solved = charged
    for (let round = 0; round < mostScalings; round++) {
      const flows = orderFlows(collectFlows(solved), sell, buy).flows
      const given = new Map<number, number>()
      for (const { pool, value } of flows)
        given.set(pool, (given.get(pool) ?? 0) + value)
      if (given.size === 0) return
      const logCharges = new Float64Array(poolToken.length)
      for (const [pool, value] of given)
        logCharges.fill(
          Math.min(40, Math.log1p(cost(pool) / value)),
          poolStart[pool]!,
          poolStart[pool + 1]!,
        )
      const next = solveCharged(Int32Array.from(given.keys()), logCharges)
      if (!Number.isFinite(next.value)) break
      const used = tryPools(next)
      solved = next
      if (used === undefined || used.used.length === given.size) break
    }
    if (best !== undefined) drop(best)
  }

  /** Leaves out pools of a selection while that nets more. */
  const drop = (start: Selection): Selection => {
    let from = start
    for (let round = 0; round < mostDrops; round++) {
      const { gains } = boundNet(from.dual, { cost, caps })
      const losses = from.used
        .map((pool) => ({ pool, rest: (gains.get(pool) ?? 0) - cost(pool) }))
        .filter(({ rest }) => rest < 0)
        .sort((left, right) => left.rest - right.rest)
      const before: Selection = from
      for (const { pool } of losses.slice(0, mostTries)) {
        const less = tryList(from.used.filter((other) => other !== pool))
        if (less === undefined || less.net <= from.net) continue
        from = less
        break
      }
      if (from === before) break
    }
    return from
  }

  /**
   * Takes one more pool between the tokens of the best selection and leaves out
   * what is no longer worth its gas then, as long as that nets more.
   */
  const exchange = (): void => {
    for (let round = 0; round < mostDrops && best !== undefined; round++) {
      const from: Selection = best
      const dual = price(from.dual.shift, all)
      const { gains } = boundNet(dual, { cost, caps })
      const added: { pool: number; rest: number }[] = []
      for (const [pool, gain] of gains) {
        if (from.used.includes(pool)) continue
        const tokens = poolToken.subarray(poolStart[pool], poolStart[pool + 1])
        // Only what the selection trades has a price in it.
        if (tokens.every((token) => Number.isFinite(from.dual.shift[token]!)))
          added.push({ pool, rest: gain - cost(pool) })
      }
      added.sort((left, right) => right.rest - left.rest)
      for (const { pool } of added.slice(0, mostAdded)) {
        if (request.isLate?.() === true) return
        const more = tryList(
          [...from.used, pool].sort((left, right) => left - right),
        )
        if (more !== undefined) drop(more)
        if (best !== from) break
      }
      if (best === from) return
    }
  }

  /** How far a pool's price is from trading, in log terms. */
  const getDistance = (pool: number, shift: Float64Array): number => {
    const clique = market.cliques[pool]
    if (clique !== undefined) {
      const tokens = poolToken.subarray(poolStart[pool], poolStart[pool + 1])
      const logFee = Math.log1p(-market.pools[pool]!.feePips / 1e6)
      let nearest = Number.NEGATIVE_INFINITY
      for (const [from, sold] of tokens.entries())
        for (const [to, bought] of tokens.entries())
          if (from !== to)
            nearest = Math.max(
              nearest,
              clique.getLogRate(from, to) +
                logFee +
                basePrice[bought]! -
                basePrice[sold]! +
                shift[bought]! -
                shift[sold]!,
            )
      return -nearest
    }
    const from = market.sideIn[2 * pool]!
    const to = market.sideOut[2 * pool]!
    const moved = shift[to]! - shift[from]!
    return -Math.max(
      2 * market.sideOffset[2 * pool]! + moved,
      2 * market.sideOffset[2 * pool + 1]! - moved,
    )
  }

  const branch = (known: number): readonly Found[] => {
    const { dual, bound } = root!
    const least = (): number => Math.max(known, best?.net ?? known)
    const logCharges = spread(dual.shift, all)
    const nodes: Node[] = [
      { taken: new Set(), open: [...all], bound: bound.value },
    ]
    let effort = 0
    for (let count = 0; nodes.length > 0 && count < mostNodes; count++) {
      if (request.isLate?.() === true) break
      let place = 0
      for (const [i, node] of nodes.entries())
        if (node.bound > nodes[place]!.bound) place = i
      const node = nodes[place]!
      nodes[place] = nodes[nodes.length - 1]!
      nodes.pop()
      if (node.bound <= least() + tolerance) break
      const list = Int32Array.from([...node.taken, ...node.open])
      for (const pool of list) effort += effortOf[market.pools[pool]!.kind]
      if (effort > mostEffort) break
      const charges = logCharges.slice()
      for (const pool of node.taken)
        charges.fill(0, poolStart[pool]!, poolStart[pool + 1]!)
      const charged = solveCharged(list, charges)
      if (!Number.isFinite(charged.value)) continue
      tryPools(charged)
      const priced = price(charged.shift, list)
      const found = boundNet(priced, { cost, caps })
      let value = Math.min(found.value, node.bound)
      // Gas that is paid for counts whether the pool earns it or not.
      let paid = found.value
      for (const pool of node.taken) {
        const rest = (found.gains.get(pool) ?? 0) - cost(pool)
        if (rest < 0) paid += rest
      }
      value = Math.min(value, paid)
      if (value <= least() + tolerance) continue
      // Branch where the share that was charged says least about the cost.
      let pick = -1
      let most = 0
      const opened: number[] = []
      const { flows } = orderFlows(collectFlows(charged), sell, buy)
      const carried = new Map<number, number>()
      for (const flow of flows)
        carried.set(flow.pool, (carried.get(flow.pool) ?? 0) + flow.value)
      const short = value - least()
      for (const pool of node.open) {
        const rest = (found.gains.get(pool) ?? 0) - cost(pool)
        if (rest <= -short) continue
        opened.push(pool)
        const flow = carried.get(pool)
        if (flow === undefined) continue
        const unpaid = cost(pool) * Math.max(1e-6, 1 - flow / caps.bound)
        if (unpaid > most) {
          most = unpaid
          pick = pool
        }
      }
      if (pick < 0) continue
      const rest = opened.filter((pool) => pool !== pick)
      nodes.push({ taken: node.taken, open: rest, bound: value })
      nodes.push({
        taken: new Set([...node.taken, pick]),
        open: rest,
        bound: value,
      })
    }
    return list()
  }

  const toFlows = ({ dual }: Selection): AcyclicFlows => {
    const ordered = orderFlows(collectFlows(dual), sell, buy)
    return {
      flows: ordered.flows.map((flow) => ({
        ...flow,
        pool: poolOf[flow.pool]!,
        from: tokenOf[flow.from]!,
        to: tokenOf[flow.to]!,
      })),
      order: ordered.order.map((token) => tokenOf[token]!),
      cut: ordered.cut,
    }
  }

  const polish = (): readonly Found[] => {
    for (const charged of relaxed) {
      tryPools(charged)
      settle(charged)
    }
    exchange()
    return list()
  }

  return { sub, relax, polish, listOpen, branch }
}
