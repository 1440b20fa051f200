import { HealthFloorError } from '../errors/HealthFloorError.js'
import { MarketCapacityError } from '../errors/MarketCapacityError.js'
import { MarketChoiceError } from '../errors/MarketChoiceError.js'
import {
  assertFloor,
  assertHealthFloor,
  type HealthVerdict,
  toDecimalHealth,
} from '../health/assertHealthFloor.js'
import type { Market } from '../market/market.js'
import type { MarketToken } from '../market/parseMarkets.js'
import {
  divideUp,
  max,
  min,
  ray,
  secondsPerYear,
  toDecimalRate,
  wad,
} from '../math/fixedPoint.js'
import { getMarketRates } from '../rates/getMarketRates.js'
import {
  assertCapacity,
  fitCollateral,
  getCapacityUnits,
  getRoomUnits,
  type Place,
  spreadCollateral,
} from './carryDebt.js'
import {
  assertAmount,
  assertNames,
  chooseMarkets,
  type UnitsByMarket,
} from './chooseMarkets.js'
import {
  buildExchange,
  getCollateralTerms,
  getLiquidationShareRay,
  getNeededCollateralUnits,
  getPairHealthWad,
} from './collateralTerms.js'
import { buildIncomeCurve } from './incomeCurve.js'
import { searchSides } from './searchSides.js'
import { toWholeUnits } from './toWholeUnits.js'

export type AllocateBorrowOptions = {
  readonly markets: readonly Market[]
  /** The whole amount to borrow, in the token's smallest unit. */
  readonly units: bigint
  /** The token to borrow, where the markets deal in several beside the collateral. */
  readonly token?: string
  /** What may be posted in all, in its token's smallest unit. */
  readonly collateral: { readonly token: string; readonly units: bigint }
  /** The health that each position must have, in wad; 1 when absent. */
  readonly minHealthWad?: bigint
  /** Tokens with their prices; both sides need one. */
  readonly prices: readonly MarketToken[]
  /** The most for a market, beside its liquidity and its own cap. */
  readonly caps?: UnitsByMarket
  /** What opening a position costs once, in the borrowed token's smallest unit. */
  readonly gas?: UnitsByMarket
  /** How long the debt stays, as in `allocateSupply`. */
  readonly horizonSeconds?: bigint
}

/** One part of a borrow, its collateral, and what it really costs. */
export type BorrowShare = {
  readonly market: string
  /** In the borrowed token's smallest unit. */
  readonly units: bigint
  /** Posted here, in the collateral's smallest unit. */
  readonly collateralUnits: bigint
  readonly healthWad: bigint
  /** The same for people, cut to 4 decimals. */
  readonly health: string
  /** The collateral's price, as a share of today's, at which this part is liquidated. */
  readonly liquidationPriceShare: string
  /** What this part costs a year after the own borrow, such as `0.0525`. */
  readonly ratePerYear: string
  /** What the market charges before it: the rate on the label. */
  readonly labelRatePerYear: string
}

export type BorrowAllocation = {
  /** Only markets that are used, the largest part first. Adds up to the whole. */
  readonly allocation: readonly BorrowShare[]
  /** What the whole costs a year with gas, not compounded, such as `0.0525`. */
  readonly ratePerYear: string
  /** No allocation over these markets costs less. */
  readonly lowerBoundRatePerYear: string
  /** The least cost is at most this: the cost of the allocation itself. */
  readonly upperBoundRatePerYear: string
  /** Between the two, in 1/10000 of a year's rate. */
  readonly gapBps: number
  /** The same rate in ray. */
  readonly rateRay: bigint
  /** A year's cost with gas, rounded up to the token's smallest unit. */
  readonly costPerYearUnits: bigint
  /** The lowest health of all parts, and whether to warn about it. */
  readonly verdict: HealthVerdict
  readonly marketsConsidered: number
}

/**
 * Allocates a borrow over lending markets so that it costs the least, each
 * position at or above a health floor.
 *
 * Counts what the own debt does to each rate. All the collateral is posted, in
 * proportion to what each part needs, so every part ends as healthy as the
 * others relative to its need. Interest on posted collateral is not counted.
 *
 * @param options.units - The whole amount, in the token's smallest unit.
 * @param options.collateral - What may be posted, in its smallest unit.
 * @param options.minHealthWad - The health floor in wad, at least 1.
 * @param options.prices - Prices of both tokens in the gas token.
 * @returns The allocation with its certificate. The same for any order of
 *   `markets`.
 * @throws {LendingAmountError} when an amount is not positive.
 * @throws {MarketChoiceError} when no market fits, none takes the collateral,
 *   the token is ambiguous or a price is missing.
 * @throws {RateInputError} when the floor is below 1.
 * @throws {MarketCapacityError} when liquidity or collateral allow less.
 */
export function allocateBorrow(
  options: AllocateBorrowOptions,
): BorrowAllocation {
  const { units, prices } = options
  assertAmount('units', units)
  assertAmount('collateral', options.collateral.units)
  const floorWad = options.minHealthWad ?? wad
  assertFloor(floorWad)
  const collateralToken = options.collateral.token.toLowerCase()
  const horizonSeconds = max(0n, options.horizonSeconds ?? 0n)
  const gasSpreadSeconds =
    horizonSeconds === 0n ? secondsPerYear : horizonSeconds

  const chosen = chooseMarkets({ ...options, otherThan: collateralToken })
  assertNames(chosen, options.caps)
  assertNames(chosen, options.gas)
  const exchange = buildExchange({
    collateralToken,
    debtToken: chosen[0]!.token,
    prices,
  })
  const places: Place[] = []
  for (const market of chosen) {
    const terms = getCollateralTerms({
      market,
      collateralToken,
      markets: options.markets,
    })
    if (terms === undefined) continue
    const room = getRoomUnits(market, options.caps?.[market.market])
    places.push({
      market,
      terms,
      limitUnits: min(units, room),
      gasUnits: options.gas?.[market.market] ?? 0n,
    })
  }
  if (places.length === 0)
    throw new MarketChoiceError({
      problem: 'no-collateral',
      detail: collateralToken,
    })
  const carrier = { places, exchange, floorWad, units }
  const collateralUnits = options.collateral.units
  assertCapacity({ ...carrier, collateralUnits })

  const curves = places.map(({ market, limitUnits, gasUnits }) =>
    buildIncomeCurve({
      type: 'borrow',
      market,
      wholeUnits: units,
      capUnits: limitUnits,
      heldUnits: 0n,
      gasUnits,
      gasSpreadSeconds,
      horizonSeconds,
    }),
  )
  const needs = places.map(({ terms }) =>
    toShare(
      getNeededCollateralUnits({
        debtUnits: units * precision,
        terms,
        exchange,
        floorWad,
      }),
      collateralUnits * precision,
    ),
  )
  // A hair of slack: at the very limit rounding must not make it impossible.
  const found = searchSides(curves, { each: needs, limit: 1 + 1e-12 })
  const parts =
    found === undefined
      ? undefined
      : fitCollateral({
          ...carrier,
          collateralUnits,
          parts: toWholeUnits({
            shares: found.amounts,
            wholeUnits: units,
            limitUnits: places.map(({ limitUnits }) => limitUnits),
            leastUnits: places.map(({ market }) => market.minBorrowUnits),
          }),
        })
  if (found === undefined || parts === undefined)
    throw new MarketCapacityError({
      action: 'borrow',
      units,
      capacityUnits: getCapacityUnits({ ...carrier, collateralUnits }),
      limitedBy: 'collateral',
      markets: places.length,
    })

  const posted = spreadCollateral({ ...carrier, collateralUnits, parts })
  let costRay = 0n
  let lowestHealthWad: bigint | undefined
  const allocation: BorrowShare[] = []
  places.forEach((place, index) => {
    const { market, terms, gasUnits } = place
    const part = parts[index]!
    const { borrowRateRay } = getMarketRates({
      market,
      addedBorrowUnits: part,
      horizonSeconds,
    })
    if (part === 0n) return
    costRay += part * borrowRateRay
    costRay += (gasUnits * secondsPerYear * ray) / gasSpreadSeconds
    const healthWad = getPairHealthWad({
      debtUnits: part,
      collateralUnits: posted[index]!,
      terms,
      exchange,
    })
    if (lowestHealthWad === undefined || healthWad < lowestHealthWad)
      lowestHealthWad = healthWad
    allocation.push({
      market: market.market,
      units: part,
      collateralUnits: posted[index]!,
      healthWad,
      health: toDecimalHealth(healthWad) ?? '',
      liquidationPriceShare: toDecimalRate(getLiquidationShareRay(healthWad)),
      ratePerYear: toDecimalRate(borrowRateRay),
      labelRatePerYear: toDecimalRate(
        getMarketRates({ market, horizonSeconds }).borrowRateRay,
      ),
    })
  })
  // The order of the names breaks ties, so equal parts never swap places.
  allocation.sort((a, b) =>
    a.units === b.units ? 0 : a.units > b.units ? -1 : 1,
  )

  const healthWad = lowestHealthWad ?? 0n
  if (healthWad < floorWad) throw new HealthFloorError({ healthWad, floorWad })
  const rateRay = divideUp(costRay, units)
  const boundRay = min(rateRay, toRateRay(-found.bound))
  return {
    allocation,
    ratePerYear: toDecimalRate(rateRay),
    lowerBoundRatePerYear: toDecimalRate(boundRay),
    upperBoundRatePerYear: toDecimalRate(rateRay),
    gapBps: Number(rateRay - boundRay) / 1e23,
    rateRay,
    costPerYearUnits: divideUp(costRay, ray),
    verdict: assertHealthFloor({ healthWad, floorWad }),
    marketsConsidered: places.length,
  }
}

/** Keeps a tiny debt's need from being rounded up to a whole collateral unit. */
const precision = 10n ** 18n

function toShare(part: bigint, whole: bigint): number {
  return Number((part * 10n ** 30n) / whole) / 1e30
}

/** A floating bound as a ray, lowered by more than all rounding adds up to. */
function toRateRay(rate: number): bigint {
  const lowered = rate - 1e-9 - Math.abs(rate) * 1e-12
  return max(0n, BigInt(Math.floor(lowered * 1e15)) * 10n ** 12n)
}
