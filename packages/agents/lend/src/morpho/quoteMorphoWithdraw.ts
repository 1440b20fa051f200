import type { MorphoMarketState } from '@behest/evm'
import {
  type AgentDecline,
  type AgentQuote,
  type AgentReply,
  getAmountUnits,
  type InstructionOf,
} from '@behest/sdk'
import { isSameAddress, type Token, toDecimal } from '@behest/spec'
import { getInterestUnits, subtract } from '../request/interest.js'
import {
  decline,
  type LendRequest,
  sayUnits,
  toErc20,
} from '../request/LendRequest.js'
import {
  encodeMorphoWithdraw,
  encodeMorphoWithdrawCollateral,
  encodeUnwrap,
} from './encodeMorpho.js'
import {
  getAvailableUnits,
  getLoanHealth,
  isTooWeak,
  toCollateralToken,
  toLoan,
  toLoanToken,
  toMorphoHealth,
  toPosition,
} from './morphoMarkets.js'

/** What is taken out of one market: what was lent there, or what secures it. */
type Withdrawal = {
  readonly market: MorphoMarketState
  readonly kind: 'supplied' | 'collateral'
  readonly token: Token
  readonly units: bigint
  /** All shares, with the interest until the call runs. */
  readonly isAll: boolean
}

// A quote has room for eight of each thing that it lists.
const mostWithdrawals = 8

/**
 * Quotes a withdrawal from Morpho: of what was lent, then of collateral, of one
 * token or of everything.
 */
export function quoteMorphoWithdraw(
  request: LendRequest,
  instruction: InstructionOf<'withdraw'>,
): AgentReply {
  const withdrawals = listWithdrawals(request, instruction)
  if ('declined' in withdrawals) return withdrawals
  for (const withdrawal of withdrawals) {
    const refusal = checkWithdrawal(request, withdrawal)
    if (refusal !== undefined) return refusal
  }
  const { chain, account } = request
  const token = instruction.token
  const unwrapped =
    token?.address === 'native'
      ? withdrawals.reduce((sum, { units }) => sum + units, 0n)
      : 0n
  return {
    venue: 'morpho',
    calls: [
      ...withdrawals.map(({ market, kind, units, isAll }) =>
        kind === 'collateral'
          ? encodeMorphoWithdrawCollateral({ chain, account, market, units })
          : encodeMorphoWithdraw({
              chain,
              account,
              market,
              amount: isAll
                ? { type: 'shares', shares: market.account.supplyShares }
                : { type: 'units', units },
            }),
      ),
      ...(unwrapped > 0n ? [encodeUnwrap(chain, unwrapped)] : []),
    ],
    spend: [],
    receive: withdrawals.map(({ token: given, units }) => ({
      token: given,
      account,
      atLeastUnits: units,
      expectedUnits: units,
    })),
    positions: withdrawals.map((withdrawal) => ({
      ...toPosition({
        request,
        ...withdrawal,
        direction: 'less',
        mostUnits: getMostUnits(withdrawal),
      }),
    })),
    health: listHealth(withdrawals),
    summary: `Withdraws ${withdrawals.map(({ token: given, units }) => sayUnits(units, given)).join(', ')} from Morpho Blue.`,
    validUntilUnixSeconds: request.validUntilUnixSeconds,
  }
}

function listWithdrawals(
  request: LendRequest,
  instruction: InstructionOf<'withdraw'>,
): readonly Withdrawal[] | AgentDecline {
  const { token, amount, pool } = instruction
  const found = listPositions(request, token, pool)
  if (found.length === 0)
    return decline(
      'NOTHING_SUPPLIED',
      `This account has ${token === undefined ? 'nothing' : `no ${token.symbol}`} at Morpho${pool === undefined ? '' : ' in that market'}. Name another token or venue.`,
    )
  if (amount.type === 'share') {
    const isAll = amount.bps === 10_000
    // A share of one token is a share of what was lent, where anything was.
    const lent = found.filter(({ kind }) => kind === 'supplied')
    const meant =
      isAll || token === undefined || lent.length === 0 ? found : lent
    const parts = meant
      .map((one) => ({
        ...one,
        units: getAmountUnits({ amount, positionUnits: one.units }).units,
        isAll: isAll && one.kind === 'supplied',
      }))
      .filter(({ units }) => units > 0n)
    if (parts.length > mostWithdrawals)
      return decline(
        'TOO_MANY_POSITIONS',
        `${parts.length} positions at Morpho would be closed and ${mostWithdrawals} fit into one step. Name a token or a market.`,
      )
    return parts
  }
  if (token === undefined)
    return decline(
      'TOKEN_MISSING',
      'An amount was given and no token. Name the token that is to be withdrawn from Morpho.',
    )
  const { units } = getAmountUnits({ amount })
  if (units === 0n)
    return decline(
      'AMOUNT_ZERO',
      `Nothing would be withdrawn. Ask with an amount of ${token.symbol} above 0.`,
    )
  // From one position: the first that has so much, lent ones before collateral.
  const enough = found.find((one) => one.units >= units)
  if (enough === undefined) {
    const most = found.reduce((a, b) => (b.units > a.units ? b : a))
    return decline(
      'MORE_THAN_SUPPLIED',
      `${sayUnits(units, token)} were to be withdrawn from Morpho and the largest position is ${sayUnits(most.units, token)}. Withdraw at most that, or all of it.`,
    )
  }
  return [{ ...enough, units, isAll: false }]
}

function listPositions(
  request: LendRequest,
  token: Token | undefined,
  pool: string | undefined,
): readonly Withdrawal[] {
  const wanted = token === undefined ? undefined : toErc20(request, token)
  const markets = request.snapshot.morpho.markets.filter(
    ({ id }) => pool === undefined || isSameAddress(id, pool.trim()),
  )
  const isWanted = (address: string) =>
    wanted === undefined || isSameAddress(address, wanted)
  const all = [
    ...markets.map(
      (market): Withdrawal => ({
        market,
        kind: 'supplied',
        token: toLoanToken(request, market),
        units: market.account.suppliedUnits,
        isAll: false,
      }),
    ),
    ...markets.map(
      (market): Withdrawal => ({
        market,
        kind: 'collateral',
        token: toCollateralToken(request, market),
        units: market.account.collateralUnits,
        isAll: false,
      }),
    ),
  ]
  return all
    .filter((one) => one.units > 0n && isWanted(one.token.address))
    .map((one) => (token === undefined ? one : { ...one, token }))
}

/** What is lent grows until the call runs; collateral does not. */
function getMostUnits({ market, units, isAll }: Withdrawal): bigint {
  return isAll
    ? units +
        getInterestUnits({
          units,
          ratePerYearRay: market.supplyRateWad * 10n ** 9n,
        })
    : units
}

function checkWithdrawal(
  request: LendRequest,
  withdrawal: Withdrawal,
): AgentDecline | undefined {
  const { market, kind, token, units } = withdrawal
  if (kind === 'supplied') {
    const available = getAvailableUnits(market)
    return units > available
      ? decline(
          'MARKET_LIQUIDITY',
          `That Morpho market has ${sayUnits(available, token)} left to take out and ${sayUnits(units, token)} were to be withdrawn. Withdraw at most that, or wait.`,
        )
      : undefined
  }
  const loan = toLoan(market)
  const after = {
    ...loan,
    collateralUnits: subtract(loan.collateralUnits, units),
  }
  if (!isTooWeak(request, market, after)) return undefined
  return decline(
    'HEALTH_TOO_LOW',
    `The health factor at Morpho would be ${toDecimal(getLoanHealth(market, after) / 10n ** 14n, 4)}, under the floor of ${toDecimal(request.floorWad, 18)}. Withdraw less, or repay first.`,
  )
}

function listHealth(
  withdrawals: readonly Withdrawal[],
): NonNullable<AgentQuote['health']> {
  return withdrawals
    .filter(({ kind }) => kind === 'collateral')
    .flatMap(({ market, units }) => {
      const loan = toLoan(market)
      return toMorphoHealth(market, loan, {
        ...loan,
        collateralUnits: subtract(loan.collateralUnits, units),
      })
    })
    .slice(0, 4)
}
