import { RateInputError } from '../errors/RateInputError.js'
import type { Market } from '../market/market.js'
import {
  divideUp,
  max,
  ray,
  secondsPerYear,
  toDecimalRate,
} from '../math/fixedPoint.js'
import { getMarketRates } from '../rates/getMarketRates.js'
import { assertAmount } from './chooseMarkets.js'

export type RefinanceOptions = {
  /** The market that the debt is in. */
  readonly from: Market
  /** The market that it would move to. */
  readonly to: Market
  /** The debt to move, in the token's smallest unit. */
  readonly debtUnits: bigint
  /** Gas and swaps, once, in the token's smallest unit. */
  readonly costUnits?: bigint
  /** The fee of the flash loan that carries the debt over, in 1/10000 of it. */
  readonly flashFeeBps?: number
  /** How long the debt will still stay. */
  readonly horizonSeconds: bigint
}

export type Refinance = {
  /** Whether the move has paid for itself within the horizon. */
  readonly paysBack: boolean
  /** When it has, counted from the move; absent where the new rate is no lower. */
  readonly breakEvenSeconds?: bigint
  readonly oldRatePerYear: string
  /** After the own debt has arrived there. */
  readonly newRatePerYear: string
  /** All one-off costs, in the token's smallest unit. */
  readonly costUnits: bigint
  /** Saved within the horizon, costs taken off; negative for a loss. */
  readonly netSavingUnits: bigint
}

/**
 * Computes whether and when moving a debt to another market pays back.
 *
 * The old rate is the one of now; the new one counts the own debt in.
 *
 * @param options.debtUnits - In the token's smallest unit.
 * @param options.costUnits - One-off cost, in the token's smallest unit.
 * @param options.flashFeeBps - In 1/10000 of the debt.
 * @param options.horizonSeconds - How long the debt will still stay.
 * @returns Rates, costs, and the time of break-even in seconds.
 * @throws {LendingAmountError} when the debt is not positive.
 * @throws {RateInputError} when the markets deal in different tokens, or a cost
 *   or the horizon is negative.
 * @throws {MarketLiquidityError} when the new market holds less than the debt.
 */
export function getRefinance(options: RefinanceOptions): Refinance {
  const { from, to, debtUnits, horizonSeconds } = options
  assertAmount('debtUnits', debtUnits)
  const flashFeeBps = options.flashFeeBps ?? 0
  const givenUnits = options.costUnits ?? 0n
  if (from.token !== to.token)
    throw new RateInputError({ field: 'to.token', value: to.token })
  if (horizonSeconds < 0n)
    throw new RateInputError({ field: 'horizonSeconds', value: horizonSeconds })
  if (givenUnits < 0n)
    throw new RateInputError({ field: 'costUnits', value: givenUnits })
  if (!Number.isInteger(flashFeeBps) || flashFeeBps < 0)
    throw new RateInputError({ field: 'flashFeeBps', value: flashFeeBps })

  const costUnits =
    givenUnits + divideUp(debtUnits * BigInt(flashFeeBps), 10_000n)
  const oldRateRay = getMarketRates({
    market: from,
    horizonSeconds,
  }).borrowRateRay
  const newRateRay = getMarketRates({
    market: to,
    addedBorrowUnits: debtUnits,
    horizonSeconds,
  }).borrowRateRay
  const savedRayPerYear = (oldRateRay - newRateRay) * debtUnits
  const savedUnits = (savedRayPerYear * horizonSeconds) / (secondsPerYear * ray)
  const isCheaper = savedRayPerYear > 0n
  const breakEvenSeconds = isCheaper
    ? divideUp(costUnits * ray * secondsPerYear, savedRayPerYear)
    : undefined
  return {
    paysBack:
      breakEvenSeconds !== undefined &&
      breakEvenSeconds <= max(0n, horizonSeconds),
    ...(breakEvenSeconds === undefined ? {} : { breakEvenSeconds }),
    oldRatePerYear: toDecimalRate(oldRateRay),
    newRatePerYear: toDecimalRate(newRateRay),
    costUnits,
    netSavingUnits: savedUnits - costUnits,
  }
}
