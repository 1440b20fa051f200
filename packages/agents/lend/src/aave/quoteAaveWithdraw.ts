import type { AaveReserveState } from '@behest/evm'
import { getHealth, getMaxWithdrawUnits } from '@behest/lending'
import {
  type AgentDecline,
  type AgentReply,
  getAmountUnits,
  type InstructionOf,
} from '@behest/sdk'
import { type Token, toDecimal } from '@behest/spec'
import { maxUint256 } from 'viem'
import {
  getInterestUnits,
  min,
  roundingUnits,
  subtract,
} from '../request/interest.js'
import {
  decline,
  type LendRequest,
  sayUnits,
  toToken,
} from '../request/LendRequest.js'
import {
  changePosition,
  isInEMode,
  type ReserveChange,
  toAaveHealth,
  toAavePosition,
} from './aaveHealth.js'
import { encodeAaveWithdraw } from './encodeAave.js'
import { findReserve } from './findReserve.js'
import { toAToken } from './quoteAaveSupply.js'

/** What is taken out of one reserve. */
type Withdrawal = {
  readonly reserve: AaveReserveState
  /** What the user gets: native coin, or the reserve's own token. */
  readonly token: Token
  readonly units: bigint
  /** All that is there when the call runs, the interest until then included. */
  readonly isAll: boolean
}

// More would not fit into one quote.
const mostReserves = 8

/** Quotes a withdrawal from Aave: of one token, or of everything. */
export function quoteAaveWithdraw(
  request: LendRequest,
  instruction: InstructionOf<'withdraw'>,
): AgentReply {
  const withdrawals = listWithdrawals(request, instruction)
  if ('declined' in withdrawals) return withdrawals
  for (const withdrawal of withdrawals) {
    const refusal = checkLiquidity(withdrawal)
    if (refusal !== undefined) return refusal
  }
  const before = toAavePosition(request)
  const changes = withdrawals.map(
    ({ reserve, units }): ReserveChange => ({
      type: 'withdraw',
      reserve,
      units,
    }),
  )
  const after = changePosition(request, before, changes)
  const { healthWad } = getHealth(after)
  if (healthWad < request.floorWad && healthWad < getHealth(before).healthWad)
    return declineHealth(request, withdrawals, healthWad)

  const { chain, account } = request
  return {
    venue: 'aave',
    calls: withdrawals.flatMap(({ reserve, token, units, isAll }) =>
      encodeAaveWithdraw({
        chain,
        account,
        token: reserve.token,
        isNative: token.address === 'native',
        units,
        withdrawnUnits: isAll ? maxUint256 : units,
      }),
    ),
    spend: withdrawals.map((withdrawal) => ({
      token: toAToken(request, withdrawal.reserve),
      atMostUnits: getMostUnits(withdrawal),
    })),
    receive: withdrawals.map(({ token, units }) => ({
      token,
      account,
      atLeastUnits: units,
      expectedUnits: units,
    })),
    positions: withdrawals.map((withdrawal) => ({
      venue: 'aave',
      market: withdrawal.reserve.token,
      kind: 'supplied',
      token: toToken(request, withdrawal.reserve),
      direction: 'less',
      atLeastUnits: subtract(withdrawal.units, roundingUnits),
      atMostUnits: getMostUnits(withdrawal),
    })),
    health: [...toAaveHealth({ request, before, after, changes })],
    summary: `Withdraws ${withdrawals.map(({ token, units }) => sayUnits(units, token)).join(', ')} from Aave V3.`,
    validUntilUnixSeconds: request.validUntilUnixSeconds,
  }
}

function listWithdrawals(
  request: LendRequest,
  instruction: InstructionOf<'withdraw'>,
): readonly Withdrawal[] | AgentDecline {
  const { token, amount, pool } = instruction
  if (token === undefined) return listAll(request, instruction)
  const reserve = findReserve({ request, token, pool })
  if ('declined' in reserve) return reserve
  const { suppliedUnits } = reserve.account
  if (suppliedUnits === 0n)
    return decline(
      'NOTHING_SUPPLIED',
      `Nothing of ${token.symbol} is supplied to Aave by this account. Name another token or venue.`,
    )
  const { units } = getAmountUnits({ amount, positionUnits: suppliedUnits })
  if (units > suppliedUnits)
    return decline(
      'MORE_THAN_SUPPLIED',
      `${sayUnits(units, token)} were to be withdrawn from Aave and ${sayUnits(suppliedUnits, token)} are there. Withdraw at most that, or all of it.`,
    )
  if (units === 0n)
    return decline(
      'AMOUNT_ZERO',
      `Nothing would be withdrawn. Ask with an amount of ${token.symbol} above 0.`,
    )
  return [{ reserve, token, units, isAll: isAllOf(instruction) }]
}

function listAll(
  request: LendRequest,
  instruction: InstructionOf<'withdraw'>,
): readonly Withdrawal[] | AgentDecline {
  const { amount, pool } = instruction
  if (amount.type !== 'share')
    return decline(
      'TOKEN_MISSING',
      'An amount was given and no token. Name the token that is to be withdrawn from Aave.',
    )
  if (pool !== undefined)
    return decline(
      'POOL_UNKNOWN',
      `Aave has no market "${pool.slice(0, 60)}" here. Name the token instead.`,
    )
  const supplied = request.snapshot.aave.reserves
    .map((reserve) => ({
      reserve,
      token: toToken(request, reserve),
      units: getAmountUnits({
        amount,
        positionUnits: reserve.account.suppliedUnits,
      }).units,
      isAll: isAllOf(instruction),
    }))
    .filter(({ units }) => units > 0n)
  if (supplied.length === 0)
    return decline(
      'NOTHING_SUPPLIED',
      'Nothing is supplied to Aave by this account.',
    )
  if (supplied.length > mostReserves)
    return decline(
      'TOO_MANY_POSITIONS',
      `${supplied.length} tokens are supplied to Aave and ${mostReserves} fit into one step. Name them one by one.`,
    )
  return supplied
}

function isAllOf({ amount }: InstructionOf<'withdraw'>): boolean {
  return amount.type === 'share' && amount.bps === 10_000
}

/** The most aTokens that go: all of them have grown until the call runs. */
function getMostUnits({ reserve, units, isAll }: Withdrawal): bigint {
  return isAll
    ? units + getInterestUnits({ units, ratePerYearRay: reserve.supplyRateRay })
    : units + roundingUnits
}

function checkLiquidity(withdrawal: Withdrawal): AgentDecline | undefined {
  const { reserve, units } = withdrawal
  const { availableUnits } = reserve
  return units > availableUnits
    ? decline(
        'MARKET_LIQUIDITY',
        `Aave has ${sayUnits(availableUnits, reserve)} left to take out and ${sayUnits(units, reserve)} were to be withdrawn. Withdraw at most that, or wait.`,
      )
    : undefined
}

function declineHealth(
  request: LendRequest,
  withdrawals: readonly Withdrawal[],
  healthWad: bigint,
): AgentDecline {
  const floor = toDecimal(request.floorWad, 18)
  const after = toDecimal(healthWad / 10n ** 14n, 4)
  const [only, another] = withdrawals
  const isLump = isInEMode(request)
  const advice =
    only === undefined || another !== undefined || isLump
      ? 'Withdraw less, or repay first.'
      : `Withdraw at most ${sayUnits(
          min(
            getMaxWithdrawUnits({
              position: toAavePosition(request),
              token: only.reserve.token.toLowerCase(),
              floorWad: request.floorWad,
            }),
            only.reserve.availableUnits,
          ),
          only.token,
        )}, or repay first.`
  return decline(
    'HEALTH_TOO_LOW',
    `The health factor at Aave would be ${after}, under the floor of ${floor}. ${advice}`,
  )
}
