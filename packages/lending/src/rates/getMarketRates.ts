import { MarketLiquidityError } from '../errors/MarketLiquidityError.js'
import type { Market } from '../market/market.js'
import { toRayPerYear, wad } from '../math/fixedPoint.js'
import { getAaveV3Rates, type LendingRates } from './getAaveV3Rates.js'
import {
  getAdaptiveCurveAverageRateRay,
  getAdaptiveCurveRate,
} from './getAdaptiveCurveRate.js'
import { getCompoundV3Rates } from './getCompoundV3Rates.js'
import { getTwoSlopePerSecondRateWad } from './getTwoSlopeRate.js'

export type MarketRatesOptions = {
  readonly market: Market
  /** What the user adds, in the token's smallest unit; negative to take out. */
  readonly addedSupplyUnits?: bigint
  /** What the user borrows, in the token's smallest unit; negative to repay. */
  readonly addedBorrowUnits?: bigint
  /**
   * The holding time that the rates are averaged over. Only an adaptive curve
   * depends on it; 0, the default, gives the rate right after the action.
   */
  readonly horizonSeconds?: bigint
}

/**
 * Computes a market's rates as they will be after the user's own action.
 *
 * @param options.market - The market before the action.
 * @param options.addedSupplyUnits - In the token's smallest unit; 0 if absent.
 * @param options.addedBorrowUnits - In the token's smallest unit; 0 if absent.
 * @param options.horizonSeconds - Holding time; 0 if absent.
 * @returns The use and both rates, in ray (per year, not compounded).
 * @throws {MarketLiquidityError} when more is taken out than lies there.
 * @throws {RateInputError} when the market holds an impossible figure.
 */
export function getMarketRates(options: MarketRatesOptions): LendingRates {
  const { market } = options
  const addedSupplyUnits = options.addedSupplyUnits ?? 0n
  const addedBorrowUnits = options.addedBorrowUnits ?? 0n
  const horizonSeconds = options.horizonSeconds ?? 0n
  const takenUnits = addedBorrowUnits - addedSupplyUnits
  if (takenUnits > 0n && takenUnits > market.availableUnits)
    throw new MarketLiquidityError({
      market: market.market,
      availableUnits: market.availableUnits,
      takenUnits,
    })
  const suppliedUnits = market.suppliedUnits + addedSupplyUnits
  const borrowedUnits = market.borrowedUnits + addedBorrowUnits

  switch (market.kind) {
    case 'aave-v3':
      return getAaveV3Rates({
        version: market.version,
        availableUnits: market.availableUnits - takenUnits,
        debtUnits: borrowedUnits,
        reserveFactorBps: market.reserveFactorBps,
        rate: market.rate,
      })
    case 'compound-v3':
      return getCompoundV3Rates({
        suppliedUnits,
        borrowedUnits,
        supplyCurve: market.supplyCurve,
        borrowCurve: market.borrowCurve,
      })
    case 'morpho-blue': {
      const utilisationWad = getShareWad(borrowedUnits, suppliedUnits)
      const { rateAtTargetWad } = market
      const borrowRateRay =
        horizonSeconds === 0n
          ? toRayPerYear(
              getAdaptiveCurveRate({
                utilisationWad,
                rateAtTargetWad,
                elapsedSeconds: 0n,
              }).endBorrowRateWad,
            )
          : getAdaptiveCurveAverageRateRay({
              utilisationWad,
              rateAtTargetWad,
              horizonSeconds,
            })
      return toMorphoRates(utilisationWad, borrowRateRay, market.feeWad)
    }
    case 'two-slope': {
      const utilisationWad = getShareWad(borrowedUnits, suppliedUnits)
      const perSecondWad = getTwoSlopePerSecondRateWad({
        rate: market.rate,
        utilisationWad,
      })
      return toMorphoRates(
        utilisationWad,
        toRayPerYear(perSecondWad),
        market.feeWad,
      )
    }
  }
}

function getShareWad(borrowedUnits: bigint, suppliedUnits: bigint): bigint {
  return suppliedUnits === 0n ? 0n : (borrowedUnits * wad) / suppliedUnits
}

function toMorphoRates(
  utilisationWad: bigint,
  borrowRateRay: bigint,
  feeWad: bigint,
): LendingRates {
  const grossRay = (borrowRateRay * utilisationWad) / wad
  return {
    utilisationRay: utilisationWad * 1_000_000_000n,
    supplyRateRay: (grossRay * (wad - feeWad)) / wad,
    borrowRateRay,
  }
}
