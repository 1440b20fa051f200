import { AmountBeyondLiquidityError } from '../errors/AmountBeyondLiquidityError.js'
import { AmountTooSmallError } from '../errors/AmountTooSmallError.js'
import { InvalidAmountError } from '../errors/InvalidAmountError.js'
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
 */
export function findRouteExactOut(
  options: FindRouteExactOutOptions,
): ExactOutRoute {
  const { amountOut: wantedOut, ...rest } = options
  if (wantedOut <= 0n || wantedOut > maxAmount)
    throw new InvalidAmountError({ name: 'amountOut', units: wantedOut })
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
  for (let round = 0; round < mostRounds; round++) {
    const asked = { ...request, amountIn: toUnitsUp(amount) }
    let { dual, solution } = solveRequest(asked, { pools, start })
    // Prices of another amount can be a bad place to start from.
    if (solution.type === 'stopped')
      ({ dual, solution } = solveRequest(asked, { pools }))
    start = dual.shift
    least = Math.max(least, getLeastInput(dual, wanted))
    marginal = dual.price[sell]!
    reached = dual.value
    const step = (wanted - reached) / marginal
    if (Math.abs(step) <= closeEnough * amount) break
    if (!(amount + step < 2 ** 250) || request.isLate?.() === true) break
    amount += step
  }
  if (reached < wanted * (1 - nearlyAll))
    throw beyond(options, reached, pools.length)

  let mostPaid = 0n
  // Rounding and gas make the integers pay a little less than the real numbers.
  const reach = (
    from: bigint,
    getPaid: (route: Route) => bigint,
  ): Attempt | undefined => {
    let short = from
    let enough: bigint | undefined
    // The least that the pools could not take at all.
    let limit: bigint | undefined
    let best: Attempt | undefined
    let amountIn = from
    for (let round = 0; round < mostCorrections; round++) {
      const found = attempt(rest, { ...request, amountIn }, started)
      const paid = found === undefined ? 0n : getPaid(found.route)
      if (paid > mostPaid) mostPaid = paid
      if (paid >= wantedOut) {
        best = found
        enough = amountIn
        if (round === 0) return best
      } else if (found === undefined && round > 0) limit = amountIn
      else short = amountIn
      const high = enough ?? limit
      if (high === undefined) {
        // A coarse token on the way makes the output jump, so steps double.
        const missing = Number(wantedOut - paid) / marginal
        amountIn += toUnitsUp(missing * 2 ** round) + 1n
      } else {
        // A hundredth of a basis point is not worth another solve.
        if ((high - short) * 1_000_000n <= high) return best
        amountIn = (short + high) >> 1n
      }
      if (amountIn > maxAmount || request.isLate?.() === true) return best
    }
    return best
  }
  let best = reach(toUnitsUp(amount), (route) => route.amountOut)
  if (best === undefined) throw beyond(options, reached, pools.length)
  // Where the pools are nearly used up the slope says little about the way there:
  // halve the rest of the interval.
  let enough = best.route.amountIn
  let short = least > 1 ? BigInt(Math.floor(least)) : 0n
  for (let round = 0; round < mostHalvings; round++) {
    if ((enough - short) * 10_000n <= enough) break
    if (request.isLate?.() === true) break
    const amountIn = (short + enough) >> 1n
    const found = attempt(rest, { ...request, amountIn }, started)
    if (found !== undefined && found.route.amountOut >= wantedOut) {
      best = found
      enough = amountIn
    } else short = amountIn
  }
  // Paths can need a little more than fills, where several share a pool.
  let { executable } = best.route
  if (executable.amountOut < wantedOut) {
    mostPaid = executable.amountOut
    const plan = reach(
      best.route.amountIn,
      (route) => route.executable.amountOut,
    )
    // What only merged flows can pay no router that is deployed can carry out.
    if (plan === undefined)
      throw beyond(options, Number(mostPaid), pools.length)
    ;({ executable } = plan.route)
  }

  const { route, dual } = best
  least = Math.max(least, getLeastInput(dual, wanted))
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

function attempt(
  options: Omit<FindRouteOptions, 'amountIn'>,
  request: Request,
  started: number | undefined,
): Attempt | undefined {
  const { amountIn } = request
  try {
    return routeRequest({ ...options, amountIn }, request, started)
  } catch (error) {
    // A few units too many or too few; the caller moves on from there.
    if (error instanceof AmountBeyondLiquidityError) return undefined
    if (error instanceof AmountTooSmallError) return undefined
    throw error
  }
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
