import { AmountBeyondLiquidityError } from '../errors/AmountBeyondLiquidityError.js'
import { AmountTooSmallError } from '../errors/AmountTooSmallError.js'
import { InvalidAmountError } from '../errors/InvalidAmountError.js'
import { NoRouteError } from '../errors/NoRouteError.js'
import { SameTokenError } from '../errors/SameTokenError.js'
import { UnknownTokenError } from '../errors/UnknownTokenError.js'
import { getMarket } from '../market/getMarket.js'
import { getPoolIndex } from '../market/getPoolIndex.js'
import type { Market } from '../market/Market.js'
import type { Pool, Token, TokenId } from '../pools/Pool.js'
import type { Dual } from '../solve/createDual.js'
import { getRates } from '../solve/getRates.js'
import { type Certificate, readLogPrices } from './certificate.js'
import { collectFlows, type Flow, orderFlows } from './collectFlows.js'
import { decomposeIntoPaths } from './decomposeIntoPaths.js'
import { type Execution, executeFlows } from './executeFlows.js'
import { executeChain, findPaths } from './findPaths.js'
import { boundNet, type NetBound } from './gas/boundNet.js'
import { chooseByGas } from './gas/chooseByGas.js'
import { createCaps } from './gas/createCaps.js'
import type { GasCosts } from './gas/GasCosts.js'
import { hashPools } from './hashPools.js'
import { priceGas } from './priceGas.js'
import type { Arbitrage, Fill, NetResult, PathPlan, Route } from './Route.js'
import { readProfits } from './readProfits.js'
import { type Request, selectPools, solveRequest } from './solveRequest.js'

/** What a route is asked for. */
export type FindRouteOptions = {
  /** The snapshot. Compiled once per array: give the same array again. */
  readonly pools: readonly Pool[]
  /** Needed for the price of gas only. */
  readonly tokens?: readonly Token[]
  readonly sell: TokenId
  readonly buy: TokenId
  /** What is sold, in smallest units. */
  readonly amountIn: bigint
  /** Price of a unit of gas in wei. Zero or left out: gas does not count. */
  readonly gasPriceWei?: bigint
  /** Most paths in `executable`. */
  readonly maxPaths?: number
  /** Time after which the best route so far is returned; needs `now`. */
  readonly maxMilliseconds?: number
  /** A clock in milliseconds. */
  readonly now?: () => number
}

const maxAmount = (1n << 255n) - 1n
// What float64 can be wrong by over all terms of the bound: 1e-7 basis points.
const boundMargin = 1e-11
// The same for pools whose best trade is found by iteration.
const cliqueMargin = 2e-9
const balanceMargin = 1e-14
// Share of the bound under which a closer look would not pay.
const closeEnough = 1e-7
// Shares of the trade under which branches are left out on trial, and the gap
// from which on that is worth it.
const smallBranches = [0.003, 0.02, 0.06, 0.15, 0.3]
const coarse = 1e-8
// Where fewer units than this are bought, a part of one can count.
const coarseUnits = 10_000_000n
// Branches up to which each is left out on trial.
const mostLeftOut = 12

/**
 * Finds the best way to sell an exact amount, and proves how good it is.
 *
 * One convex problem over all pools at once: splits, hops and merges come out
 * of its optimum and are not enumerated. The answer is simulated in the
 * protocols' own integers, so on unchanged state the chain pays `amountOut` for
 * `fills` and `executable.amountOut` for the paths.
 *
 * @returns The route with its bound and certificate. It is never worse, net of
 * gas, than the best single path of up to four pools.
 * @throws {InvalidAmountError} when `amountIn` is not in 1 … 2^255 - 1
 * @throws {SameTokenError} when a token is to be swapped for itself
 * @throws {UnknownTokenError} when no pool trades a token
 * @throws {DuplicatePoolError} when two pools have one id
 * @throws {NoRouteError} when no chain of pools connects the tokens
 * @throws {AmountTooSmallError} when the amount buys less than one unit
 * @throws {AmountBeyondLiquidityError} when the pools cannot take the amount
 */
export function findRoute(options: FindRouteOptions): Route {
  const started = options.now?.()
  const request = toRequest(options)
  return routeRequest(options, request, started).route
}

/** Checks what was asked and turns it into the market's own numbers. */
export function toRequest(options: FindRouteOptions): Request {
  const { amountIn, now, maxMilliseconds } = options
  if (amountIn <= 0n || amountIn > maxAmount)
    throw new InvalidAmountError({ name: 'amountIn', units: amountIn })
  const deadline =
    now !== undefined && maxMilliseconds !== undefined
      ? now() + maxMilliseconds
      : undefined
  const market = getMarket(options.pools)
  const sell = findToken(market, options.sell)
  const buy = findToken(market, options.buy)
  if (sell === buy) throw new SameTokenError({ token: options.sell })
  if (market.component[sell] !== market.component[buy])
    throw new NoRouteError({
      sell: options.sell,
      buy: options.buy,
      pools: market.pools.length,
    })
  return {
    market,
    sell,
    buy,
    amountIn,
    ...(deadline === undefined || now === undefined
      ? {}
      : { isLate: () => now() >= deadline }),
  }
}

function findToken(market: Market, id: TokenId): number {
  const exact = market.tokenIndex.get(id)
  if (exact !== undefined) return exact
  // Addresses are the same whatever the case of their letters.
  if (/^0x[0-9a-f]{40}$/i.test(id)) {
    const lower = id.toLowerCase()
    for (const [token, index] of market.tokenIndex)
      if (token.toLowerCase() === lower) return index
  }
  throw new UnknownTokenError({
    token: id,
    where: `any of ${market.pools.length} pools`,
  })
}

type Candidate = Execution & { readonly net: number }

/** Solves a checked request; also gives the dual prices for exact-out. */
export function routeRequest(
  options: FindRouteOptions,
  request: Request,
  started: number | undefined,
  start?: Float64Array,
): { readonly route: Route; readonly dual: Dual } {
  const { market, sell, buy, amountIn } = request
  const notes: string[] = []
  const pools = selectPools(request)
  const { dual, solution } = solveRequest(request, { pools, start })
  const gas = priceGas(options, market, dual)
  if (gas.type === 'unknown')
    notes.push(
      'No token has a known price in the gas coin, so gas was not counted.',
    )
  const unitsPerGas = gas.type === 'priced' ? gas.unitsPerGas : 0
  const { poolGas } = market
  const cost: GasCosts = (pool) => poolGas[pool]! * unitsPerGas
  const gasOfPool = (pool: string): number =>
    poolGas[getPoolIndex(market).get(pool)!]!

  const candidates: Candidate[] = []
  const consider = (execution: Execution | undefined): void => {
    if (execution === undefined || execution.amountOut === 0n) return
    let units = 0
    for (const { pool } of execution.fills)
      units += gasOfPool(pool) * unitsPerGas
    candidates.push({
      ...execution,
      net: Number(execution.amountOut) - units,
    })
  }
  const bestNet = (): number =>
    candidates.reduce(
      (best, { net }) => Math.max(best, net),
      Number.NEGATIVE_INFINITY,
    )

  const acyclic = orderFlows(collectFlows(dual), sell, buy)
  consider(executeFlows(market, acyclic, request))
  const ratePath = getRatePath(market, sell, buy)
  consider(executeChain(market, ratePath, amountIn))
  // In coarse units a small branch loses more to rounding than it saves.
  const sold = dual.amount * dual.price[sell]!
  if (bestNet() < dual.value * (1 - coarse)) {
    for (const share of smallBranches) {
      const large = acyclic.flows
        .filter(({ value }) => value >= share * sold)
        .map((flow) => ({ ...flow }))
      if (large.length < acyclic.flows.length)
        consider(executeFlows(market, orderFlows(large, sell, buy), request))
    }
    const isCoarse = candidates.some(({ fills }) =>
      fills.some(({ amountOut }) => amountOut < coarseUnits),
    )
    leaveOut(isCoarse ? acyclic.flows : [], (rest) => {
      let most = 0n
      for (const rounding of ['to-largest', 'to-smallest'] as const) {
        const ordered = orderFlows(copy(rest), sell, buy)
        const execution = executeFlows(market, ordered, request, rounding)
        consider(execution)
        if (execution !== undefined && execution.amountOut > most)
          most = execution.amountOut
      }
      return most
    })
  }
  if (acyclic.cut > closeEnough * dual.value)
    consider(routeInOrder(request, pools, acyclic.order))

  const bound = toBound(dual)
  let ceiling: { readonly dual: Dual; readonly bound: NetBound } | undefined
  if (unitsPerGas > 0) {
    const caps = createCaps(dual, Number(bound))
    const chosen = chooseByGas(request, {
      dual,
      caps,
      pools,
      cost,
      unitsPerGas,
      known: candidates.length === 0 ? Number.NEGATIVE_INFINITY : bestNet(),
    })
    ceiling = chosen
    // Where prices are out of line the free prices can prove more.
    const free = boundNet(dual, { cost, caps })
    if (free.value < chosen.bound.value) ceiling = { dual, bound: free }
    for (const flows of chosen.flows)
      consider(executeFlows(market, flows, request))
  }
  // The bound at the solved prices serves every other search.
  const profit = ceiling?.bound.gains ?? readProfits(dual)
  const price = ceiling?.dual.price ?? dual.price
  const searchPaths = (known: number, count = 3): readonly Execution[] =>
    findPaths({
      market,
      sell,
      buy,
      amountIn,
      price,
      profit,
      cost,
      known,
      count,
      isLate: request.isLate,
    })
  for (const path of searchPaths(candidates.length === 0 ? 0 : bestNet()))
    consider(path)

  const best = candidates.reduce<Candidate | undefined>(
    (leader, candidate) =>
      leader === undefined ||
      candidate.net > leader.net ||
      (candidate.net === leader.net && candidate.amountOut > leader.amountOut)
        ? candidate
        : leader,
    undefined,
  )
  if (best === undefined) {
    const { isLate, ...patient } = request
    // Late with nothing in hand is no answer: a route exists or it does not. Who
    // brings prices of an earlier solve has seen to that.
    if (isLate !== undefined && start === undefined)
      return routeRequest(options, patient, started, start)
    throw explainNothing(options, request, pools)
  }

  const upperBound = maximumOf(bound, best.amountOut)
  const executable = planPaths(
    options,
    candidates,
    best,
    gasOfPool,
    unitsPerGas,
    searchPaths,
  )
  const arbitrage =
    acyclic.cut > closeEnough * dual.value
      ? readArbitrage(request, pools, best.amountOut, upperBound)
      : undefined
  if (arbitrage !== undefined)
    notes.push(
      `Prices between these pools are out of line by more than their fees. The bound counts ${arbitrage.gainUnits} units that trades in a circle would gain and a swap cannot take; with that taken out the route is within ${arbitrage.gapBps} bps of it.`,
    )
  const net =
    ceiling === undefined
      ? undefined
      : toNet(best, ceiling, unitsPerGas, gasOfPool, options)
  const finished = options.now?.()
  const certificate: Certificate = {
    version: 3,
    poolSetHash: hashPools(market),
    sell: market.tokenIds[sell]!,
    buy: market.tokenIds[buy]!,
    amountIn: String(amountIn),
    amountOut: String(best.amountOut),
    upperBound: String(upperBound),
    logPrices: readLogPrices(dual, pools),
    ...(net === undefined || gas.type !== 'priced'
      ? {}
      : {
          net: {
            gasPriceWei: String(options.gasPriceWei),
            unitsPerWei: gas.unitsPerWei,
            amountOut: String(net.amountOut),
            upperBound: String(net.upperBound),
            logPrices: readLogPrices(ceiling!.dual, pools),
          },
        }),
  }
  return {
    dual,
    route: {
      sell: market.tokenIds[sell]!,
      buy: market.tokenIds[buy]!,
      amountIn,
      amountOut: best.amountOut,
      upperBound,
      gapBps: toGapBps(best.amountOut, upperBound),
      fills: best.fills,
      executable,
      ...(arbitrage === undefined ? {} : { arbitrage }),
      ...(net === undefined ? {} : { net }),
      certificate,
      poolCount: market.pools.length,
      notes,
      ended: solution.type === 'out-of-time' ? 'time' : 'bound',
      ...(started === undefined || finished === undefined
        ? {}
        : { milliseconds: finished - started }),
    },
  }
}

/** Leaves one flow out after the other, as long as the integers gain by it. */
function leaveOut(
  all: readonly Flow[],
  execute: (flows: readonly Flow[]) => bigint,
): void {
  let flows = all
  let best = all.length === 0 ? 0n : execute(all)
  while (flows.length > 1 && flows.length <= mostLeftOut) {
    let next: readonly Flow[] | undefined
    for (const out of flows) {
      const rest = flows.filter((flow) => flow !== out)
      const amount = execute(rest)
      if (amount <= best) continue
      best = amount
      next = rest
    }
    if (next === undefined) return
    flows = next
  }
}

// Ordering flows takes what it breaks cycles with off them.
function copy(flows: readonly Flow[]): Flow[] {
  return flows.map((flow) => ({ ...flow }))
}

/** The chain of pools with the best zero-size rate. */
function getRatePath(
  market: Market,
  sell: number,
  buy: number,
): { pool: number; from: number; to: number }[] {
  const { viaPool, viaToken } = getRates(market, buy)
  const path: { pool: number; from: number; to: number }[] = []
  for (let token = sell; token !== buy; token = viaToken[token]!)
    path.push({ pool: viaPool[token]!, from: token, to: viaToken[token]! })
  return path
}

/**
 * Solves again with every pool one-way, along an order of the tokens: where
 * prices are out of line the free optimum runs in circles that no chain of
 * swaps from one token to another can follow.
 */
function routeInOrder(
  request: Request,
  pools: Int32Array,
  order: readonly number[],
): Execution | undefined {
  const { market, sell, buy } = request
  const place = new Map(
    order.filter((token) => token !== buy).map((token, i) => [token, i]),
  )
  place.set(buy, place.size)
  const allowed = new Uint8Array(market.pools.length)
  const usable = pools.filter((pool) => {
    if (market.cliques[pool] !== undefined) return false
    const from = place.get(market.sideIn[2 * pool]!)
    const to = place.get(market.sideOut[2 * pool]!)
    if (from === undefined || to === undefined) return false
    allowed[pool] = from < to ? 1 : 2
    return true
  })
  const { dual } = solveRequest(request, { pools: usable, allowed })
  if (!Number.isFinite(dual.value)) return undefined
  const flows = orderFlows(collectFlows(dual), sell, buy)
  return executeFlows(market, flows, request)
}

/** Tells what the bound owes to circles: what it is for no input at all. */
function readArbitrage(
  request: Request,
  pools: Int32Array,
  amountOut: bigint,
  upperBound: bigint,
): Arbitrage | undefined {
  const { dual } = solveRequest(
    { ...request, amountIn: 0n },
    { pools, worth: Number(upperBound) },
  )
  if (!(dual.value > closeEnough * Number(upperBound))) return undefined
  const gainUnits = BigInt(Math.floor(dual.value))
  const left = upperBound > gainUnits ? upperBound - gainUnits : 0n
  return {
    gainUnits,
    gapBps: amountOut < left ? toGapBps(amountOut, left) : 0,
  }
}

/** Rounds a bound outwards, by more than its floats can be wrong. */
function toBound(dual: Dual): bigint {
  const iterated = getCliqueMargin(dual)
  return toUnitsUp((dual.value + iterated) * (1 + boundMargin))
}

/** What the bound could miss of pools whose best trade is found by iteration. */
export function getCliqueMargin(dual: Dual): number {
  let margin = 0
  for (const { trade } of dual.activeCliques)
    margin += cliqueMargin * trade.value + trade.margin
  return margin + getRestMargin(dual)
}

/** What a check elsewhere may find in stable pools that are at rest by a hair. */
function getRestMargin(dual: Dual): number {
  const { market, price } = dual
  let margin = 0
  for (const i of market.stablePools) {
    const pool = market.pools[i]!
    if (pool.kind !== 'stable') continue
    const first = market.poolStart[i]!
    for (const [k, balance] of pool.balances.entries()) {
      const unit = price[market.poolToken[first + k]!]!
      if (Number.isFinite(unit))
        margin += balanceMargin * Number(balance) * unit
    }
  }
  return margin
}

function toUnitsUp(value: number): bigint {
  return BigInt(Math.ceil(value))
}

function maximumOf(left: bigint, right: bigint): bigint {
  if (left > right) return left
  return right
}

/** Gives how far an amount is under its bound, in basis points. */
export function toGapBps(amount: bigint, bound: bigint): number {
  if (bound <= 0n) return 0
  // Twelve digits of a basis point, from integers: floats would lose them.
  return Number(((bound - amount) * 10n ** 16n) / bound) / 1e12
}

function countGas(
  fills: readonly Fill[],
  gasOfPool: (pool: string) => number,
): number {
  let gas = 0
  for (const { pool } of fills) gas += gasOfPool(pool)
  return gas
}

function toNet(
  best: Candidate,
  ceiling: { readonly dual: Dual; readonly bound: NetBound },
  unitsPerGas: number,
  gasOfPool: (pool: string) => number,
  options: FindRouteOptions,
): NetResult {
  const { dual, bound } = ceiling
  const gas = countGas(best.fills, gasOfPool)
  const gasUnits = toUnitsUp(gas * unitsPerGas)
  const amountOut = best.amountOut - gasUnits
  let gains = 0
  let iterated = 0
  for (const [pool, gain] of bound.gains) {
    gains += gain
    if (dual.market.cliques[pool] !== undefined) iterated += gain
  }
  const upperBound = maximumOf(
    toUnitsUp(
      bound.value +
        // Costs are subtracted, so the rounding of what they leave has to be
        // added to that of the whole.
        boundMargin * (Math.abs(bound.value) + gains) +
        cliqueMargin * iterated +
        getRestMargin(dual),
    ),
    amountOut,
  )
  return {
    gas: BigInt(gas),
    gasWei: BigInt(gas) * (options.gasPriceWei ?? 0n),
    gasUnits,
    amountOut,
    upperBound,
    gapBps: toGapBps(amountOut, upperBound),
  }
}

/** Turns the best candidates into paths and keeps the plan that nets most. */
function planPaths(
  options: FindRouteOptions,
  candidates: readonly Candidate[],
  best: Candidate,
  gasOfPool: (pool: string) => number,
  unitsPerGas: number,
  findChains: (known: number) => readonly Execution[],
): PathPlan {
  let plan: PathPlan | undefined
  let planNet = Number.NEGATIVE_INFINITY
  const shortest = [...candidates]
    .sort((left, right) => right.net - left.net)
    .filter(({ fills }, i) => i === 0 || isChain(fills))
  for (const candidate of shortest) {
    if (candidate !== best && candidate.net < planNet) continue
    const found = decomposeIntoPaths({ ...options, fills: candidate.fills })
    if (found === undefined) continue
    let net = Number(found.amountOut)
    for (const { hops } of found.paths)
      for (const { pool } of hops) net -= gasOfPool(pool) * unitsPerGas
    if (net > planNet) {
      plan = found
      planNet = net
    }
  }
  // Where paths cannot follow the fills, fewer of them may.
  for (let maxPaths = 3; plan === undefined && maxPaths > 0; maxPaths--)
    plan = decomposeIntoPaths({ ...options, fills: best.fills, maxPaths })
  // Several paths through one pair get a little less than one fill would, so a
  // single path can be ahead of them after all.
  if (plan === undefined || plan.amountOut < best.amountOut)
    for (const { fills } of findChains(Math.max(0, planNet))) {
      const chain = decomposeIntoPaths({ ...options, fills })
      if (chain === undefined) continue
      let net = Number(chain.amountOut)
      for (const { pool } of fills) net -= gasOfPool(pool) * unitsPerGas
      if (plan === undefined || net > planNet) {
        plan = chain
        planNet = net
      }
    }
  return plan ?? { paths: [], amountIn: 0n, amountOut: 0n }
}

function isChain(fills: readonly Fill[]): boolean {
  return fills.every(
    (fill, i) =>
      i === 0 ||
      (fill.tokenIn === fills[i - 1]!.tokenOut &&
        fill.amountIn === fills[i - 1]!.amountOut),
  )
}

/** Tells why there is no candidate at all. */
function explainNothing(
  options: FindRouteOptions,
  request: Request,
  pools: Int32Array,
): AmountBeyondLiquidityError | AmountTooSmallError {
  const { market, sell, buy, amountIn } = request
  const tried = (units: bigint): boolean => {
    const smaller = { ...request, amountIn: units }
    const { dual } = solveRequest(smaller, { pools })
    const flows = orderFlows(collectFlows(dual), sell, buy)
    return (
      executeFlows(market, flows, smaller) !== undefined ||
      executeChain(market, getRatePath(market, sell, buy), units) !== undefined
    )
  }
  // The largest amount that works, to within a thousandth.
  let low = 0n
  let high = amountIn
  for (let units = amountIn >> 1n; units > 0n && low === 0n; units >>= 8n)
    if (tried(units)) low = units
    else high = units
  if (low === 0n)
    return new AmountTooSmallError({
      amountIn,
      sell: options.sell,
      buy: options.buy,
    })
  for (let round = 0; round < 20 && (high - low) * 1000n > high; round++) {
    const middle = (low + high) >> 1n
    if (tried(middle)) low = middle
    else high = middle
  }
  return new AmountBeyondLiquidityError({
    asked: amountIn,
    possible: low,
    token: options.sell,
    where: `${pools.length} pools`,
  })
}
