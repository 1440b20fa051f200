import { AmountBeyondLiquidityError } from '../errors/AmountBeyondLiquidityError.js'
import { AmountTooSmallError } from '../errors/AmountTooSmallError.js'
import { InvalidAmountError } from '../errors/InvalidAmountError.js'
import { RouteTimeError } from '../errors/RouteTimeError.js'
import type { Dual } from '../solve/createDual.js'
import { getRates } from '../solve/getRates.js'
import {
  type FindRouteOptions,
  getCliqueMargin,
  routeRequest,
  toGapBps,
  toRequest,
} from './findRoute.js'
import type { Route } from './Route.js'
import { type Request, selectPools, solveRequest } from './solveRequest.js'

/** What an exact purchase is asked for. */
export type FindRouteExactOutOptions = Omit<FindRouteOptions, 'amountIn'> & {
  /** What is to be bought at least, in smallest units. */
  readonly amountOut: bigint
}

/** The cheapest way found to buy an amount, and how good it provably is. */
export type ExactOutRoute = Omit<
  Route,
  'upperBound' | 'gapBps' | 'arbitrage'
> & {
  /** What was asked for; `amountOut` is this or a few units more. */
  readonly wantedOut: bigint
  /** No route over these pools buys `wantedOut` for less than this. */
  readonly lowerBound: bigint
  /** How far `amountIn` is over `lowerBound`, in basis points. */
  readonly gapBps: number
}

const maxAmount = (1n << 255n) - 1n
// The output is concave in the input, so Newton's steps come from below and
// double their digits: more rounds than this means it has a ceiling.
const mostRounds = 80
const closeEnough = 1e-12
const mostCorrections = 60
const mostHalvings = 24
// Once the time is used up, steps grow by as much as this and so many are tried.
const hurriedGrowth = 4
const mostHurried = 16
// One part in so many of the input is not worth another solve: a hundredth of a
// basis point.
const notWorth = 1_000_000n
// Steps in a row that bring less than a quarter of what is missing.
const mostIdle = 4
// Newton can end a little short where the slope is nearly level; what follows
// goes on from there.
const nearlyAll = 0.01
const boundMargin = 1e-11

/**
 * Finds the least input that buys at least an exact output.
 *
 * The price of the sold token at the optimum is what one unit more brings, so
 * the input is found by Newton's method, and then corrected until the exact
 * integers reach the output. `executable` always pays `amountOut`; it has an
 * input of its own where the paths need a little more than the fills.
 *
 * @throws {InvalidAmountError} when `amountOut` is not in 1 … 2^255 - 1
 * @throws {SameTokenError} when a token is to be swapped for itself
 * @throws {UnknownTokenError} when no pool trades a token
 * @throws {DuplicatePoolError} when two pools have one id
 * @throws {NoRouteError} when no chain of pools connects the tokens
 * @throws {AmountBeyondLiquidityError} when the pools, or separate paths
 * through them, cannot pay that much
 * @throws {RouteTimeError} when nothing that buys it was found within the time
 * limit, nor within as much again
 */
export function findRouteExactOut(
  options: FindRouteExactOutOptions,
): ExactOutRoute {
  const { amountOut, maxMilliseconds } = options
  if (amountOut <= 0n || amountOut > maxAmount)
    throw new InvalidAmountError({ name: 'amountOut', units: amountOut })
  // An answer in hand is given when the time is up. Where there is none, most of
  // the pools are needed for it, and the same time once more is well spent.
  const found = search(options) ?? search(options)
  if (found !== undefined) return found
  throw new RouteTimeError({
    asked: amountOut,
    token: options.buy,
    milliseconds: 2 * (maxMilliseconds ?? 0),
    pools: options.pools.length,
  })
}

/** Finds a route; `undefined` when the time is used up with none in hand. */
function search(options: FindRouteExactOutOptions): ExactOutRoute | undefined {
  const { amountOut: wantedOut, ...rest } = options
  const started = options.now?.()
  const request = toRequest({ ...rest, amountIn: 1n })
  const { market, sell, buy } = request
  const pools = selectPools(request)
  const wanted = Number(wantedOut)
  const { potential } = getRates(market, buy)
  const rate = Math.exp(
    market.basePrice[sell]! - market.basePrice[buy]! + potential[sell]!,
  )

  let amount = wanted / rate
  let start: Float64Array | undefined
  let marginal = rate
  let reached = 0
  let least = 0
  let isCut = false
  for (let round = 0; round < mostRounds; round++) {
    const asked = { ...request, amountIn: toUnitsUp(amount) }
    let { dual, solution } = solveRequest(asked, { pools, start })
    // Prices of another amount can be a bad place to start from.
    if (solution.type === 'stopped')
      ({ dual, solution } = solveRequest(asked, { pools }))
    start = dual.shift
    // The bound is one at any prices, also at those of a solve that was cut.
    least = Math.max(least, getLeastInput(dual, wanted))
    marginal = dual.price[sell]!
    reached = dual.value
    isCut = solution.type === 'out-of-time'
    if (isCut) break
    const step = (wanted - reached) / marginal
    if (Math.abs(step) <= closeEnough * amount) break
    if (!(amount + step < 2 ** 250)) break
    amount += step
  }
  if (!isCut && reached < wanted * (1 - nearlyAll))
    throw beyond(options, reached, pools.length)

  let mostPaid = 0n
  const isLate = (): boolean => request.isLate?.() === true
  const { gasPriceWei: _gas, ...withoutGas } = rest
  /** Routes an amount; its prices also tell how little can be enough. */
  const attempt = (amountIn: bigint): Attempt | undefined => {
    const asked = { ...request, amountIn }
    // Without the time for it, the last prices serve as they are.
    const found = isLate()
      ? tryRoute(withoutGas, asked, started, start)
      : tryRoute(rest, asked, started)
    if (found !== undefined)
      least = Math.max(least, getLeastInput(found.dual, wanted))
    return found
  }
  /** What could be left out of an input, at the price of its last unit. */
  const getSpare = ({ dual }: Attempt, paid: bigint): number =>
    Number(paid - wantedOut) / dual.price[sell]!
  // Rounding and gas make the integers pay a little less than the real numbers.
  const reach = (
    from: bigint,
    getPaid: (route: Route) => bigint,
  ): Attempt | undefined => {
    let short = { amountIn: from, paid: 0n }
    let enough: { amountIn: bigint; paid: bigint } | undefined
    // The least that the pools could not take at all.
    let limit: bigint | undefined
    let best: Attempt | undefined
    let idle = 0
    let hurried = 0
    let amountIn = from
    for (let round = 0; round < mostCorrections; round++) {
      if (isLate() && (best !== undefined || ++hurried > mostHurried))
        return best
      const found = attempt(amountIn)
      const paid = found === undefined ? 0n : getPaid(found.route)
      const gained = Number(paid - short.paid)
      const isLeap = 2n * amountIn > 3n * short.amountIn
      if (paid > mostPaid) mostPaid = paid
      if (found !== undefined && paid >= wantedOut) {
        best = found
        enough = { amountIn, paid }
        const spare = getSpare(found, paid)
        if (round === 0 || toUnitsUp(spare) * notWorth <= amountIn) return best
      } else if (found === undefined && round > 0) limit = amountIn
      else short = { amountIn, paid }
      const high = enough?.amountIn ?? limit
      if (high === undefined) {
        // Ever more for ever less: what is missing will not come.
        const missing = Number(wantedOut - paid)
        const isLevel =
          isLeap && missing < nearlyAll * wanted && gained < missing / 4
        idle = isLevel ? idle + 1 : 0
        if (idle > mostIdle) return best
        // A coarse token on the way makes the output jump, so steps double.
        const growth = 2 ** round * hurriedGrowth ** hurried
        const step = (missing / marginal) * growth
        if (!(step < 2 ** 255)) return best
        amountIn += toUnitsUp(step) + 1n
      } else {
        if ((high - short.amountIn) * notWorth <= high) return best
        amountIn =
          enough === undefined || round % 2 === 0
            ? (short.amountIn + high) >> 1n
            : getCrossing(short, enough, wantedOut)
      }
      if (amountIn > maxAmount) return best
    }
    return best
  }
  let best = reach(toUnitsUp(amount), (route) => route.amountOut)
  if (best === undefined) {
    if (isLate()) return undefined
    throw beyond(options, reached, pools.length)
  }
  // Where the pools are nearly used up the slope says little about the way there:
  // halve the rest of the interval.
  let enough = best.route.amountIn
  let short = toFloor(enough, getSpare(best, best.route.amountOut), least)
  for (let round = 0; round < mostHalvings; round++) {
    if ((enough - short) * 10_000n <= enough || isLate()) break
    const amountIn = (short + enough) >> 1n
    const found = attempt(amountIn)
    if (found !== undefined && found.route.amountOut >= wantedOut) {
      best = found
      enough = amountIn
    } else short = amountIn
    // What the prices say rises faster than what is tried.
    const floor = toFloor(enough, getSpare(best, best.route.amountOut), least)
    if (floor > short) short = floor
  }
  // Paths can need a little more than fills, where several share a pool.
  let { executable } = best.route
  if (executable.amountOut < wantedOut) {
    mostPaid = executable.amountOut
    const plan = reach(
      best.route.amountIn,
      (route) => route.executable.amountOut,
    )
    if (plan === undefined && isLate()) return undefined
    // What only merged flows can pay no router that is deployed can carry out.
    if (plan === undefined)
      throw beyond(options, Number(mostPaid), pools.length)
    ;({ executable } = plan.route)
  }

  const { route } = best
  const floor = least > 1 ? BigInt(Math.floor(least)) : 1n
  const lowerBound = floor < route.amountIn ? floor : route.amountIn
  const {
    upperBound: _upper,
    gapBps: _gap,
    arbitrage: _arbitrage,
    ...kept
  } = route
  return {
    ...kept,
    executable,
    wantedOut,
    lowerBound,
    gapBps: toGapBps(lowerBound, route.amountIn),
  }
}

/**
 * Bounds the input from below: at a dual's prices the pools' profits are fixed,
 * and what is left of the output has to be paid for.
 */
function getLeastInput(dual: Dual, wanted: number): number {
  const price = dual.price[dual.sell]!
  const profits = dual.value - dual.amount * price + getCliqueMargin(dual)
  return (wanted * (1 - boundMargin) - profits * (1 + boundMargin)) / price
}

type Attempt = ReturnType<typeof routeRequest>

function tryRoute(
  options: Omit<FindRouteOptions, 'amountIn'>,
  request: Request,
  started: number | undefined,
  start?: Float64Array,
): Attempt | undefined {
  const { amountIn } = request
  try {
    return routeRequest({ ...options, amountIn }, request, started, start)
  } catch (error) {
    // A few units too many or too few; the caller moves on from there.
    if (error instanceof AmountBeyondLiquidityError) return undefined
    if (error instanceof AmountTooSmallError) return undefined
    throw error
  }
}

/** Where the line through both reaches the output: never too little is asked. */
function getCrossing(
  short: { readonly amountIn: bigint; readonly paid: bigint },
  enough: { readonly amountIn: bigint; readonly paid: bigint },
  wantedOut: bigint,
): bigint {
  const width = enough.amountIn - short.amountIn
  const part =
    (width * (wantedOut - short.paid)) / (enough.paid - short.paid) + 1n
  return part < width ? short.amountIn + part : short.amountIn + (width >> 1n)
}

function toFloor(enough: bigint, spare: number, least: number): bigint {
  const floor = spare < Number(enough) ? enough - toUnitsUp(spare) : 0n
  const proven = least > 1 ? BigInt(Math.floor(least)) : 0n
  return floor > proven ? floor : proven
}

function toUnitsUp(value: number): bigint {
  return BigInt(Math.max(1, Math.ceil(value)))
}

function beyond(
  options: FindRouteExactOutOptions,
  possible: number,
  pools: number,
): AmountBeyondLiquidityError {
  return new AmountBeyondLiquidityError({
    asked: options.amountOut,
    possible: BigInt(Math.max(0, Math.floor(possible))),
    token: options.buy,
    where: `${pools} pools`,
  })
}
