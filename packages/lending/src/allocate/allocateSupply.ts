import { MarketCapacityError } from '../errors/MarketCapacityError.js'
import type { Market } from '../market/market.js'
import {
  max,
  min,
  ray,
  secondsPerYear,
  toDecimalRate,
} from '../math/fixedPoint.js'
import { getMarketRates } from '../rates/getMarketRates.js'
import {
  assertAmount,
  assertNames,
  chooseMarkets,
  type UnitsByMarket,
} from './chooseMarkets.js'
import { buildIncomeCurve } from './incomeCurve.js'
import { searchSides } from './searchSides.js'
import { toWholeUnits } from './toWholeUnits.js'

export type AllocateSupplyOptions = {
  readonly markets: readonly Market[]
  /** The whole amount to lend, in the token's smallest unit. */
  readonly units: bigint
  /** The token to lend, where the markets deal in several. */
  readonly token?: string
  /** The most for a market, beside its own cap. */
  readonly caps?: UnitsByMarket
  /** What the user has in a market already: it suffers from a lower rate too. */
  readonly held?: UnitsByMarket
  /** What opening a position costs once, in the lent token's smallest unit. */
  readonly gas?: UnitsByMarket
  /**
   * How long the deposit stays. Adaptive rates are averaged over it and gas is
   * spread over it; without it rates are those right after the deposit and gas
   * is spread over a year.
   */
  readonly horizonSeconds?: bigint
}

/** One part of an allocation, and what it really earns. */
export type SupplyShare = {
  readonly market: string
  /** In the token's smallest unit. */
  readonly units: bigint
  /** What this part earns a year after the own deposit, such as `0.0425`. */
  readonly ratePerYear: string
  /** What the market pays before the own deposit: the rate on the label. */
  readonly labelRatePerYear: string
}

export type SupplyAllocation = {
  /** Only markets that are used, the largest part first. Adds up to the whole. */
  readonly allocation: readonly SupplyShare[]
  /** What the whole earns a year net of gas, not compounded, such as `0.0425`. */
  readonly ratePerYear: string
  /** No allocation over these markets earns more. */
  readonly upperBoundRatePerYear: string
  /** Between the two, in 1/10000 of a year's rate. */
  readonly gapBps: number
  /** The same rate in ray. */
  readonly rateRay: bigint
  /** A year's income net of gas, cut to the token's smallest unit. */
  readonly incomePerYearUnits: bigint
  /** How many markets were weighed against each other. */
  readonly marketsConsidered: number
}

/**
 * Allocates an amount over lending markets so that it earns the most.
 *
 * Counts what the own deposit does to each rate. The search runs in floating
 * point; amounts and rates of the answer are exact integers, recomputed with
 * the rounding of each protocol. With `held`, rates speak of held and new
 * deposits together.
 *
 * @param options.markets - Markets before the deposit, in any order.
 * @param options.units - The whole amount, in the token's smallest unit.
 * @param options.caps - The most for a market, in the token's smallest unit.
 * @param options.held - Own deposits of before, in the token's smallest unit.
 * @param options.gas - One-off cost, in the token's smallest unit.
 * @param options.horizonSeconds - Holding time.
 * @returns The allocation with its certificate. The same for any order of
 *   `markets`.
 * @throws {LendingAmountError} when an amount is not positive.
 * @throws {MarketChoiceError} when no market fits or the token is ambiguous.
 * @throws {MarketCapacityError} when all caps together hold less.
 */
export function allocateSupply(
  options: AllocateSupplyOptions,
): SupplyAllocation {
  const { units } = options
  assertAmount('units', units)
  const markets = chooseMarkets(options)
  assertNames(markets, options.caps)
  assertNames(markets, options.held)
  assertNames(markets, options.gas)
  const horizonSeconds = max(0n, options.horizonSeconds ?? 0n)
  const gasSpreadSeconds =
    horizonSeconds === 0n ? secondsPerYear : horizonSeconds
  const heldOf = ({ market }: Market) => options.held?.[market] ?? 0n
  const gasOf = ({ market }: Market) => options.gas?.[market] ?? 0n

  const limitUnits = markets.map((market) =>
    min(getRoomUnits(market, options.caps?.[market.market]), units),
  )
  const capacityUnits = limitUnits.reduce((sum, limit) => sum + limit, 0n)
  if (capacityUnits < units)
    throw new MarketCapacityError({
      action: 'supply',
      units,
      capacityUnits,
      limitedBy: 'caps',
      markets: markets.length,
    })

  const curves = markets.map((market, index) =>
    buildIncomeCurve({
      type: 'supply',
      market,
      wholeUnits: units,
      capUnits: limitUnits[index]!,
      heldUnits: heldOf(market),
      gasUnits: gasOf(market),
      gasSpreadSeconds,
      horizonSeconds,
    }),
  )
  const found = searchSides(curves)
  if (found === undefined)
    throw new MarketCapacityError({
      action: 'supply',
      units,
      capacityUnits,
      limitedBy: 'caps',
      markets: markets.length,
    })
  const parts = toWholeUnits({
    shares: found.amounts,
    wholeUnits: units,
    limitUnits,
  })

  let incomeRay = 0n
  let wholeUnits = units
  const allocation: SupplyShare[] = []
  markets.forEach((market, index) => {
    const part = parts[index]!
    const heldUnits = heldOf(market)
    const rates = getMarketRates({
      market,
      addedSupplyUnits: part,
      horizonSeconds,
    })
    wholeUnits += heldUnits
    incomeRay += (heldUnits + part) * rates.supplyRateRay
    if (part === 0n) return
    incomeRay -= (gasOf(market) * secondsPerYear * ray) / gasSpreadSeconds
    allocation.push({
      market: market.market,
      units: part,
      ratePerYear: toDecimalRate(rates.supplyRateRay),
      labelRatePerYear: toDecimalRate(
        getMarketRates({ market, horizonSeconds }).supplyRateRay,
      ),
    })
  })
  // The order of the names breaks ties, so equal parts never swap places.
  allocation.sort((a, b) =>
    a.units === b.units ? 0 : a.units > b.units ? -1 : 1,
  )

  const rateRay = incomeRay / wholeUnits
  const boundRay = max(
    rateRay,
    toRateRay((found.bound * Number(units)) / Number(wholeUnits)),
  )
  return {
    allocation,
    ratePerYear: toDecimalRate(rateRay),
    upperBoundRatePerYear: toDecimalRate(boundRay),
    gapBps: Number(boundRay - rateRay) / 1e23,
    rateRay,
    incomePerYearUnits: incomeRay / ray,
    marketsConsidered: markets.length,
  }
}

/**
 * A floating bound as a ray, raised by a hundred-thousandth of a basis point:
 * more than the rounding of any protocol and of the search can add up to.
 */
function toRateRay(rate: number): bigint {
  const raised = rate + 1e-9 + Math.abs(rate) * 1e-12
  return BigInt(Math.ceil(raised * 1e15)) * 10n ** 12n
}

/** How much more a market takes, by its own cap and by the caller's. */
function getRoomUnits(market: Market, callerCapUnits?: bigint): bigint {
  const { supplyCapUnits, suppliedUnits } = market
  const largest = 2n ** 128n - 1n
  const room =
    supplyCapUnits === 0n ? largest : max(0n, supplyCapUnits - suppliedUnits)
  return callerCapUnits === undefined ? room : min(room, callerCapUnits)
}
