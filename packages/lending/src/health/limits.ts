import { HealthUnreachableError } from '../errors/HealthUnreachableError.js'
import { RateInputError } from '../errors/RateInputError.js'
import { min } from '../math/fixedPoint.js'
import { applyChange } from './applyChange.js'
import { assertFloor } from './assertHealthFloor.js'
import { getHealth } from './getHealth.js'
import type {
  HealthCollateral,
  HealthDebt,
  HealthPosition,
} from './position.js'

/** A search that runs longer than a 256-bit amount needs would be a hang. */
const largestUnits = 2n ** 256n - 1n

/**
 * Finds the most that may be borrowed while health stays at or above a floor
 * and the venue's own loan-to-value rule is kept.
 *
 * The answer is checked with the very rounding of the venue: one unit more
 * breaks a rule.
 *
 * @param options.position - Before the borrow.
 * @param options.debt - The token to borrow; its `units` are passed over.
 * @param options.floorWad - The health floor, in wad, at least 1.
 * @param options.availableUnits - What lies in the market, where known.
 * @returns In the token's smallest unit; 0 when nothing may be borrowed.
 * @throws {RateInputError} when the floor is below 1 or the price is 0.
 */
export function getMaxBorrowUnits(options: {
  readonly position: HealthPosition
  readonly debt: HealthDebt
  readonly floorWad: bigint
  readonly availableUnits?: bigint
}): bigint {
  const { position, debt, floorWad } = options
  assertFloor(floorWad)
  if (debt.priceUnits <= 0n)
    throw new RateInputError({ field: 'priceUnits', value: debt.priceUnits })
  return findMost(options.availableUnits ?? largestUnits, (units) => {
    const after = getHealth(
      applyChange(position, { type: 'borrow', debt: { ...debt, units } }),
    )
    return after.healthWad >= floorWad && isWithinLtv(after)
  })
}

/**
 * Finds the most of one collateral that may be withdrawn while health stays at
 * or above a floor. Without debt that is all of it.
 *
 * @param options.position - Before the withdrawal.
 * @param options.token - The collateral, a lower-case address.
 * @param options.floorWad - The health floor, in wad, at least 1.
 * @param options.availableUnits - What lies in the market, where known.
 * @returns In the token's smallest unit; 0 when nothing may be taken.
 * @throws {RateInputError} when the floor is below 1.
 */
export function getMaxWithdrawUnits(options: {
  readonly position: HealthPosition
  readonly token: string
  readonly floorWad: bigint
  readonly availableUnits?: bigint
}): bigint {
  const { position, token, floorWad } = options
  assertFloor(floorWad)
  const held = getUnits(position.collaterals, token)
  return findMost(min(held, options.availableUnits ?? held), (units) => {
    const after = applyChange(position, { type: 'withdraw', token, units })
    return getHealth(after).healthWad >= floorWad
  })
}

/**
 * Finds the least repayment of one debt that brings health to a target.
 *
 * @param options.position - Before the repayment.
 * @param options.token - The debt, a lower-case address.
 * @param options.targetWad - The health to reach, in wad.
 * @returns In the token's smallest unit; 0 when the target is reached already.
 * @throws {HealthUnreachableError} when not even the whole debt is enough.
 */
export function getRepayUnits(options: {
  readonly position: HealthPosition
  readonly token: string
  readonly targetWad: bigint
}): bigint {
  const { position, token, targetWad } = options
  const owed = getUnits(position.debts, token)
  const healthAfter = (units: bigint) =>
    getHealth(applyChange(position, { type: 'repay', token, units })).healthWad
  if (healthAfter(owed) < targetWad)
    throw new HealthUnreachableError({
      action: 'repay',
      token,
      healthWad: healthAfter(owed),
      targetWad,
    })
  if (healthAfter(0n) >= targetWad) return 0n
  // Health rises with each unit repaid: the most that is still too little.
  return findMost(owed, (units) => healthAfter(units) < targetWad) + 1n
}

/**
 * Finds the least added collateral that brings health to a target.
 *
 * @param options.position - Before the supply.
 * @param options.collateral - The token to add; its `units` are passed over.
 * @param options.targetWad - The health to reach, in wad.
 * @returns In the token's smallest unit; 0 when the target is reached already.
 * @throws {HealthUnreachableError} when the token counts for nothing here.
 */
export function getAddedCollateralUnits(options: {
  readonly position: HealthPosition
  readonly collateral: HealthCollateral
  readonly targetWad: bigint
}): bigint {
  const { position, collateral, targetWad } = options
  const healthAfter = (units: bigint) =>
    getHealth(
      applyChange(position, {
        type: 'supply',
        collateral: { ...collateral, units },
      }),
    ).healthWad
  if (healthAfter(0n) >= targetWad) return 0n
  const enough = 2n ** 128n
  if (healthAfter(enough) < targetWad)
    throw new HealthUnreachableError({
      action: 'supply',
      token: collateral.token,
      healthWad: healthAfter(enough),
      targetWad,
    })
  return findMost(enough, (units) => healthAfter(units) < targetWad) + 1n
}

/** The price at which a position is liquidated, one collateral at a time. */
export type LiquidationPrice = {
  readonly token: string
  /** In the base currency's unit; absent where this price alone cannot do it. */
  readonly priceUnits?: bigint
  /** How far today's price must fall for that, in 1/10000, cut. */
  readonly dropBps?: number
}

/**
 * Finds, for each collateral, the highest price at which the position can be
 * liquidated while all other prices stand still.
 *
 * A debt in the same token moves with the price. The price is found with the
 * venue's own rounding: at one unit more the position is safe.
 *
 * @param position - Collaterals and debts at today's prices.
 * @returns One entry for each collateral. Today's price when health is below 1.
 */
export function getLiquidationPrices(
  position: HealthPosition,
): LiquidationPrice[] {
  const isLiquidatable = (token: string, priceUnits: bigint) => {
    const reprice = <Asset extends HealthDebt>(asset: Asset): Asset =>
      asset.token === token ? { ...asset, priceUnits } : asset
    const { healthWad } = getHealth({
      collaterals: position.collaterals.map(reprice),
      debts: position.debts.map(reprice),
    })
    return healthWad < 10n ** 18n
  }
  return position.collaterals.map(({ token, priceUnits: today }) => {
    if (today <= 0n || !isLiquidatable(token, 0n)) {
      return isLiquidatable(token, today)
        ? { token, priceUnits: today, dropBps: 0 }
        : { token }
    }
    const priceUnits = findMost(today, (price) => isLiquidatable(token, price))
    return {
      token,
      priceUnits,
      dropBps: Number(((today - priceUnits) * 10_000n) / today),
    }
  })
}

function isWithinLtv(after: ReturnType<typeof getHealth>): boolean {
  const { collateralValueUnits, averageLtvBps, debtValueUnits } = after
  return (
    debtValueUnits * 10_000n <= collateralValueUnits * BigInt(averageLtvBps)
  )
}

function getUnits(assets: readonly HealthDebt[], token: string): bigint {
  return assets.find((asset) => asset.token === token)?.units ?? 0n
}

/**
 * The most units up to `limit` that a test still holds for, by halving: every
 * rule here holds up to some amount and not beyond it. The result is one that
 * was tested, or 0.
 */
function findMost(limit: bigint, holds: (units: bigint) => boolean): bigint {
  if (limit <= 0n) return 0n
  if (holds(limit)) return limit
  let good = 0n
  let bad = limit
  while (bad - good > 1n) {
    const middle = (good + bad) / 2n
    if (holds(middle)) good = middle
    else bad = middle
  }
  return good
}
