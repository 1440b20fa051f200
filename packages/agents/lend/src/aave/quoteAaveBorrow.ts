import type { AaveReserveState } from '@behest/evm'
import {
  getHealth,
  getMarketRates,
  getMaxBorrowUnits,
  type HealthPosition,
  toDecimalRate,
} from '@behest/lending'
import {
  type AgentDecline,
  type AgentReply,
  getAmountUnits,
  type InstructionOf,
} from '@behest/sdk'
import { toDecimal } from '@behest/spec'
import { roundingUnits, subtract } from '../request/interest.js'
import {
  decline,
  type LendRequest,
  sayUnits,
  toToken,
} from '../request/LendRequest.js'
import {
  changePosition,
  isInEMode,
  isWithinLtv,
  toAaveHealth,
  toAavePosition,
  toDebt,
} from './aaveHealth.js'
import { encodeAaveBorrow, encodeUseAsCollateral } from './encodeAave.js'
import { findReserve } from './findReserve.js'
import { buildSupply, findMarket } from './quoteAaveSupply.js'

/** Quotes a variable-rate borrow from Aave, with collateral put up first. */
export function quoteAaveBorrow(
  request: LendRequest,
  instruction: InstructionOf<'borrow'>,
): AgentReply {
  const { token, amount, collateral } = instruction
  if (amount.type === 'share')
    return decline(
      'AMOUNT_UNRESOLVED',
      `A share of what ${token.symbol}? Ask with an amount in units.`,
    )
  const { units } = getAmountUnits({ amount })
  const reserve = findReserve({ request, token })
  if ('declined' in reserve) return reserve
  const refusal = checkMarket(reserve, units)
  if (refusal !== undefined) return refusal

  const pledge =
    collateral === undefined ? undefined : buildPledge(request, collateral)
  if (pledge !== undefined && 'declined' in pledge) return pledge
  const before = toAavePosition(request)
  const pledged =
    pledge === undefined
      ? before
      : changePosition(request, before, [
          {
            type: 'supply',
            reserve: pledge.reserve,
            units:
              pledge.units +
              // What was supplied and did not count so far counts now.
              (pledge.isSwitchedOn ? pledge.reserve.account.suppliedUnits : 0n),
          },
        ])
  const after = changePosition(request, pledged, [
    { type: 'borrow', reserve, units },
  ])
  const weakness = checkHealth({ request, reserve, pledged, after, units })
  if (weakness !== undefined) return weakness

  const { chain, account } = request
  const market = findMarket(request, reserve)
  const isSame = pledge?.reserve.token === reserve.token
  return {
    venue: 'aave',
    calls: [
      ...(pledge?.supply.calls ?? []),
      ...(pledge?.isSwitchedOn
        ? [encodeUseAsCollateral(chain, pledge.reserve.token)]
        : []),
      ...encodeAaveBorrow({
        chain,
        account,
        token: reserve.token,
        isNative: token.address === 'native',
        units,
      }),
    ],
    approvals: pledge?.supply.approvals ?? [],
    spend: pledge?.supply.spend ?? [],
    receive: [
      { token, account, atLeastUnits: units, expectedUnits: units },
      ...(pledge?.supply.receive ?? []),
    ],
    positions: [
      // First the debt: its market is the one whose rate is paid.
      {
        venue: 'aave',
        market: reserve.token,
        kind: 'borrowed',
        token: toToken(request, reserve),
        direction: 'more',
        atLeastUnits: subtract(units, roundingUnits),
        atMostUnits: units + roundingUnits,
      },
      ...(pledge?.supply.positions ?? []),
    ],
    health: [
      ...toAaveHealth({
        request,
        before,
        after,
        changes: pledge === undefined ? [] : [{ type: 'supply' }],
      }),
    ],
    ...(market === undefined
      ? {}
      : {
          ratePerYear: toDecimalRate(
            getMarketRates({
              market,
              addedSupplyUnits: isSame ? (pledge?.units ?? 0n) : 0n,
              addedBorrowUnits: units,
            }).borrowRateRay,
          ),
        }),
    summary: `Borrows ${sayUnits(units, token)} from Aave V3 at a variable rate${
      pledge === undefined || collateral === undefined
        ? ''
        : ` against ${sayUnits(pledge.units, collateral.token)}`
    }.`,
    validUntilUnixSeconds: request.validUntilUnixSeconds,
  }
}

function checkMarket(
  reserve: AaveReserveState,
  units: bigint,
): AgentDecline | undefined {
  const { symbol, borrowCapUnits, borrowedUnits, availableUnits } = reserve
  if (units === 0n)
    return decline(
      'AMOUNT_ZERO',
      `Nothing would be borrowed. Ask with an amount of ${symbol} above 0.`,
    )
  if (!reserve.isBorrowable || reserve.isFrozen)
    return decline(
      'MARKET_CLOSED',
      `Aave lends no ${symbol} now: borrowing is off. Borrow another token, or use another venue.`,
    )
  if (reserve.priceUsdE8 === 0n)
    return decline(
      'PRICE_UNKNOWN',
      `Aave has no price for ${symbol}, so no health factor can be computed. Borrow another token.`,
    )
  if (units > availableUnits)
    return decline(
      'MARKET_LIQUIDITY',
      `Aave has ${sayUnits(availableUnits, reserve)} left to lend and ${sayUnits(units, reserve)} were to be borrowed. Borrow at most that.`,
    )
  const room = subtract(borrowCapUnits, borrowedUnits)
  return borrowCapUnits > 0n && units > room
    ? decline(
        'BORROW_CAP_REACHED',
        `Aave lends at most ${sayUnits(room, reserve)} more and ${sayUnits(units, reserve)} were to be borrowed. Borrow less.`,
      )
    : undefined
}

/** What is put up in the same step, before anything is borrowed. */
function buildPledge(
  request: LendRequest,
  collateral: NonNullable<InstructionOf<'borrow'>['collateral']>,
) {
  const { token, amount } = collateral
  if (amount.type === 'share')
    return decline(
      'AMOUNT_UNRESOLVED',
      `A share of what ${token.symbol}? Ask with an amount in units.`,
    )
  const reserve = findReserve({ request, token })
  if ('declined' in reserve) return reserve
  if (reserve.ltvBps === 0)
    return decline(
      'NO_COLLATERAL',
      `${reserve.symbol} does not count as collateral at Aave. Put up another token.`,
    )
  const { units, expectedUnits } = getAmountUnits({ amount })
  const supply = buildSupply({
    request,
    reserve,
    token,
    units,
    mostUnits: expectedUnits > units ? expectedUnits : units,
  })
  if ('declined' in supply) return supply
  const { isCollateral, suppliedUnits } = reserve.account
  return {
    reserve,
    units,
    supply,
    isSwitchedOn: !isCollateral && suppliedUnits > 0n,
  }
}

function checkHealth(options: {
  readonly request: LendRequest
  readonly reserve: AaveReserveState
  /** With the new collateral, before the borrow. */
  readonly pledged: HealthPosition
  readonly after: HealthPosition
  readonly units: bigint
}): AgentDecline | undefined {
  const { request, reserve, pledged, after, units } = options
  const health = getHealth(after)
  const isHealthy = health.healthWad >= request.floorWad
  if (isHealthy && isWithinLtv(health)) return undefined
  if (health.collateralValueUnits === 0n)
    return decline(
      'NO_COLLATERAL',
      `This account has no collateral at Aave, so it can borrow nothing. Supply some first, or put some up with this borrow.`,
    )
  const isLump = isInEMode(request)
  const mostUnits = isLump
    ? undefined
    : getMaxBorrowUnits({
        position: pledged,
        debt: toDebt(reserve, units),
        floorWad: request.floorWad,
        availableUnits: reserve.availableUnits,
      })
  const advice =
    mostUnits === undefined
      ? 'Borrow less, or put up more collateral.'
      : `Borrow at most ${sayUnits(mostUnits, reserve)}, or put up more collateral.`
  return isHealthy
    ? decline(
        'LTV_TOO_HIGH',
        `The debt at Aave would be worth $${toDecimal(health.debtValueUnits, 8)} and $${toDecimal((health.collateralValueUnits * BigInt(health.averageLtvBps)) / 10_000n, 8)} may be borrowed against this collateral. ${advice}`,
      )
    : decline(
        'HEALTH_TOO_LOW',
        `The health factor at Aave would be ${toDecimal(health.healthWad / 10n ** 14n, 4)}, under the floor of ${toDecimal(request.floorWad, 18)}. ${advice}`,
      )
}
