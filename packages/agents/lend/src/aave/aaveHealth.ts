import type { AaveReserveState } from '@behest/evm'
import {
  applyChange,
  getHealth,
  type Health,
  type HealthPosition,
  type PositionChange,
  toDecimalHealth,
} from '@behest/lending'
import type { HealthChange } from '@behest/spec'
import type { LendRequest } from '../request/LendRequest.js'

const wholeBps = 10_000n

/** What is done to one reserve, in its smallest unit. */
export type ReserveChange = {
  readonly type: PositionChange['type']
  readonly reserve: AaveReserveState
  readonly units: bigint
  /** For a supply: whether it counts as collateral afterwards. */
  readonly isCollateral?: boolean
}

/**
 * Builds the account's position at Aave.
 *
 * In an e-mode category tokens count by other factors than their own, so there
 * the position is one lump with the averages that Aave itself reports.
 */
export function toAavePosition(request: LendRequest): HealthPosition {
  const { account, reserves } = request.snapshot.aave
  if (isInEMode(request))
    return {
      collaterals: [
        {
          token: 'all',
          decimals: 0,
          units: account.collateralUsdE8,
          priceUnits: 1n,
          ltvBps: account.ltvBps,
          liquidationThresholdBps: account.liquidationThresholdBps,
        },
      ],
      debts: [
        {
          token: 'all',
          decimals: 0,
          units: account.debtUsdE8,
          priceUnits: 1n,
        },
      ],
    }
  return {
    collaterals: reserves
      .filter((one) => one.account.isCollateral)
      .filter((one) => one.account.suppliedUnits > 0n)
      .map((one) => toCollateral(one, one.account.suppliedUnits)),
    debts: reserves
      .map((one) => toDebt(one, getDebtUnits(one)))
      .filter(({ units }) => units > 0n),
  }
}

/** What the account owes of a reserve's token, in its smallest unit. */
export function getDebtUnits(reserve: AaveReserveState): bigint {
  const { stableDebtUnits, variableDebtUnits } = reserve.account
  return stableDebtUnits + variableDebtUnits
}

/** Builds the position that changes leave behind. */
export function changePosition(
  request: LendRequest,
  position: HealthPosition,
  changes: readonly ReserveChange[],
): HealthPosition {
  const isLump = isInEMode(request)
  return changes.reduce(
    (before, change) =>
      isLump ? changeLump(before, change) : changeReserve(before, change),
    position,
  )
}

/**
 * Computes health before and after, as quotes carry it.
 *
 * @param options.changes - What was changed between the two.
 * @returns Nothing where there is no debt, and where an e-mode category hides
 *   the factors of collateral that was moved.
 */
export function toAaveHealth(options: {
  readonly request: LendRequest
  readonly before: HealthPosition
  readonly after: HealthPosition
  readonly changes: readonly Pick<ReserveChange, 'type'>[]
}): readonly [] | readonly [HealthChange] {
  const { request, before, after, changes } = options
  const movesCollateral = changes.some(
    ({ type }) => type === 'supply' || type === 'withdraw',
  )
  if (isInEMode(request) && movesCollateral) return []
  const from = toDecimalHealth(getHealth(before).healthWad)
  const to = toDecimalHealth(getHealth(after).healthWad)
  if (from === undefined && to === undefined) return []
  return [
    {
      venue: 'aave',
      ...(from === undefined ? {} : { before: from }),
      ...(to === undefined ? {} : { after: to }),
    },
  ]
}

/** Tells whether tokens count by other factors than their own. */
export function isInEMode(request: LendRequest): boolean {
  return request.snapshot.aave.account.eModeCategory !== 0
}

/** Tells whether a position could be opened: what Aave asks of a borrow. */
export function isWithinLtv(health: Health): boolean {
  return (
    health.debtValueUnits * wholeBps <=
    health.collateralValueUnits * BigInt(health.averageLtvBps)
  )
}

/** A reserve's token as a debt. */
export function toDebt(reserve: AaveReserveState, units: bigint) {
  return {
    token: reserve.token.toLowerCase(),
    decimals: reserve.decimals,
    units,
    priceUnits: reserve.priceUsdE8,
  }
}

function toCollateral(reserve: AaveReserveState, units: bigint) {
  return {
    ...toDebt(reserve, units),
    ltvBps: reserve.ltvBps,
    liquidationThresholdBps: reserve.liquidationThresholdBps,
  }
}

function changeReserve(
  position: HealthPosition,
  change: ReserveChange,
): HealthPosition {
  const { type, reserve, units, isCollateral = true } = change
  const token = reserve.token.toLowerCase()
  switch (type) {
    case 'supply':
      return isCollateral
        ? applyChange(position, {
            type,
            collateral: toCollateral(reserve, units),
          })
        : position
    case 'borrow':
      return applyChange(position, { type, debt: toDebt(reserve, units) })
    case 'withdraw':
      return position.collaterals.some((one) => one.token === token)
        ? applyChange(position, { type, token, units })
        : position
    case 'repay':
      return applyChange(position, { type, token, units })
  }
}

/** Where factors are not known, the outcome is told worse than it can be. */
function changeLump(
  position: HealthPosition,
  change: ReserveChange,
): HealthPosition {
  const { type, reserve, units } = change
  const [collateral] = position.collaterals
  const [debt] = position.debts
  if (collateral === undefined || debt === undefined) return position
  const value = (units * reserve.priceUsdE8) / 10n ** BigInt(reserve.decimals)
  const less = (from: bigint, taken: bigint) =>
    taken < from ? from - taken : 0n
  const withCollateral = (next: bigint): HealthPosition => ({
    ...position,
    collaterals: [{ ...collateral, units: next }],
  })
  const withDebt = (next: bigint): HealthPosition => ({
    ...position,
    debts: [{ ...debt, units: next }],
  })
  switch (type) {
    case 'supply':
      // Its factors could be lower than the average: it counts for nothing.
      return position
    case 'withdraw':
      // As if all of it had counted as collateral.
      return withCollateral(
        less(
          collateral.units,
          (value * wholeBps) /
            BigInt(Math.max(1, collateral.liquidationThresholdBps)) +
            1n,
        ),
      )
    case 'borrow':
      return withDebt(debt.units + value + 1n)
    case 'repay':
      return withDebt(less(debt.units, value))
  }
}
