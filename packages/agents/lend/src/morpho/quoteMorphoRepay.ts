import type { MorphoMarketState } from '@behest/evm'
import {
  type AgentReply,
  getAmountUnits,
  type InstructionOf,
} from '@behest/sdk'
import { getInterestUnits, min, subtract } from '../request/interest.js'
import { decline, type LendRequest, sayUnits } from '../request/LendRequest.js'
import { readWalletUnits } from '../request/readWalletUnits.js'
import {
  encodeMorphoRepay,
  encodeWrap,
  type MorphoAmount,
} from './encodeMorpho.js'
import {
  findMarketsOf,
  toLoan,
  toMorphoHealth,
  toPosition,
} from './morphoMarkets.js'

/** What is repaid, and the most that it can take. */
type Repayment = {
  readonly amount: MorphoAmount
  /** At least so much is repaid. */
  readonly units: bigint
  /** What Morpho is allowed to take. */
  readonly approvedUnits: bigint
}

/**
 * Quotes a repayment at Morpho, of the largest debt in the token.
 *
 * Morpho refuses more tokens than are owed, so all of a debt is named by its
 * shares; what they cost grows until the call runs, by a day's interest at most.
 * Where the wallet holds less than the debt, all that it holds is repaid.
 */
export async function quoteMorphoRepay(
  request: LendRequest,
  instruction: InstructionOf<'repay'>,
): Promise<AgentReply> {
  const { token, amount } = instruction
  const markets = findMarketsOf(request, token, undefined)
  if ('declined' in markets) return markets
  const market = markets.reduce((most, one) =>
    one.account.borrowedUnits > most.account.borrowedUnits ? one : most,
  )
  const { borrowedUnits } = market.account
  if (borrowedUnits === 0n)
    return decline(
      'NO_DEBT',
      `This account owes no ${token.symbol} at Morpho. Name another token or venue.`,
    )
  const isAll = amount.type === 'share' && amount.bps === 10_000
  const asked = getAmountUnits({ amount, positionUnits: borrowedUnits })
  const repayment = isAll
    ? toFullRepayment(market, await readWalletUnits(request, token))
    : toRepayment(market, asked.units)
  if (repayment.units === 0n)
    return isAll
      ? decline(
          'NOTHING_HELD',
          `${sayUnits(borrowedUnits, token)} are owed at Morpho and the wallet holds none. Get some ${token.symbol} first.`,
        )
      : decline(
          'AMOUNT_ZERO',
          `Nothing would be repaid. Ask with an amount of ${token.symbol} above 0.`,
        )

  const isNative = token.address === 'native'
  // A realised amount above the debt would fail, and an allowance for wrapped
  // coin cannot follow it: then the guaranteed amount is repaid.
  const isRaised =
    asked.isOutput &&
    !isNative &&
    repayment.amount.type === 'units' &&
    asked.expectedUnits <= borrowedUnits
  const mostUnits =
    isRaised && asked.expectedUnits > repayment.approvedUnits
      ? asked.expectedUnits
      : repayment.approvedUnits
  const { chain, account } = request
  const { amountOffsets = [], ...call } = encodeMorphoRepay({
    chain,
    account,
    market,
    amount: repayment.amount,
  })
  const before = toLoan(market)
  return {
    venue: 'morpho',
    calls: [
      ...(isNative ? [encodeWrap(chain, repayment.approvedUnits)] : []),
      isRaised ? { ...call, amountOffsets } : call,
    ],
    approvals: [
      {
        token: market.loanToken,
        spender: chain.deployment.morpho.morpho,
        units: repayment.approvedUnits,
      },
    ],
    spend: [{ token, atMostUnits: mostUnits }],
    positions: [
      toPosition({
        request,
        market,
        kind: 'borrowed',
        direction: 'less',
        units: repayment.units,
        mostUnits,
      }),
    ],
    health: [
      ...toMorphoHealth(market, before, {
        ...before,
        borrowedUnits: subtract(before.borrowedUnits, repayment.units),
      }),
    ],
    summary:
      repayment.amount.type === 'shares'
        ? `Repays all ${sayUnits(borrowedUnits, token)} owed to Morpho Blue, with the interest until then.`
        : `Repays ${sayUnits(repayment.units, token)} of ${sayUnits(borrowedUnits, token)} owed to Morpho Blue.`,
    validUntilUnixSeconds: request.validUntilUnixSeconds,
  }
}

function toFullRepayment(
  market: MorphoMarketState,
  heldUnits: bigint,
): Repayment {
  const { borrowedUnits } = market.account
  return heldUnits > borrowedUnits
    ? toShares(market, min(getDebtMostUnits(market), heldUnits))
    : toUnits(heldUnits)
}

/** More than can be owed by then closes the debt; less is what was said. */
function toRepayment(market: MorphoMarketState, units: bigint): Repayment {
  const mostUnits = getDebtMostUnits(market)
  return units >= mostUnits
    ? toShares(market, mostUnits)
    : toUnits(min(units, market.account.borrowedUnits))
}

function toShares(market: MorphoMarketState, approvedUnits: bigint): Repayment {
  const { borrowShares, borrowedUnits } = market.account
  return {
    amount: { type: 'shares', shares: borrowShares },
    units: borrowedUnits,
    approvedUnits,
  }
}

function toUnits(units: bigint): Repayment {
  return { amount: { type: 'units', units }, units, approvedUnits: units }
}

/** What is owed at most when the call runs. */
function getDebtMostUnits(market: MorphoMarketState): bigint {
  const { borrowedUnits } = market.account
  return (
    borrowedUnits +
    getInterestUnits({
      units: borrowedUnits,
      ratePerYearRay: market.borrowRateWad * 10n ** 9n,
    })
  )
}
