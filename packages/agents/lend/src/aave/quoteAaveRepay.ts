import {
  type AgentReply,
  getAmountUnits,
  type InstructionOf,
} from '@behest/sdk'
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
import { readWalletUnits } from '../request/readWalletUnits.js'
import { changePosition, toAaveHealth, toAavePosition } from './aaveHealth.js'
import { encodeAaveRepay } from './encodeAave.js'
import { findReserve } from './findReserve.js'

/**
 * Quotes a repayment of variable debt at Aave.
 *
 * All of it means the debt and a day's interest at most, for it grows until the
 * call runs; Aave takes what is owed and no more. An unlimited amount would do
 * the same and say nothing about what can be spent. Where the wallet holds less
 * than the debt, all that it holds is repaid.
 */
export async function quoteAaveRepay(
  request: LendRequest,
  instruction: InstructionOf<'repay'>,
): Promise<AgentReply> {
  const { token, amount } = instruction
  const reserve = findReserve({ request, token })
  if ('declined' in reserve) return reserve
  const debtUnits = reserve.account.variableDebtUnits
  if (debtUnits === 0n)
    return decline(
      'NO_DEBT',
      reserve.account.stableDebtUnits > 0n
        ? `The debt of ${token.symbol} at Aave is at a stable rate, which we do not repay. Repay it at Aave itself.`
        : `This account owes no ${token.symbol} at Aave. Name another token or venue.`,
    )
  const debtMostUnits =
    debtUnits +
    getInterestUnits({
      units: debtUnits,
      ratePerYearRay: reserve.borrowRateRay,
    })
  const isAll = amount.type === 'share' && amount.bps === 10_000
  const asked = getAmountUnits({ amount, positionUnits: debtUnits })
  const units = isAll
    ? min(debtMostUnits, await readWalletUnits(request, token))
    : min(asked.units, debtMostUnits)
  if (units === 0n)
    return isAll
      ? decline(
          'NOTHING_HELD',
          `${sayUnits(debtUnits, token)} are owed at Aave and the wallet holds none. Get some ${token.symbol} first.`,
        )
      : decline(
          'AMOUNT_ZERO',
          `Nothing would be repaid. Ask with an amount of ${token.symbol} above 0.`,
        )
  const mostUnits = asked.isOutput
    ? asked.expectedUnits > units
      ? asked.expectedUnits
      : units
    : units
  const repaidUnits = min(units, debtUnits)

  const { chain, account } = request
  const isNative = token.address === 'native'
  const before = toAavePosition(request)
  const after = changePosition(request, before, [
    { type: 'repay', reserve, units: repaidUnits },
  ])
  return {
    venue: 'aave',
    calls: [
      encodeAaveRepay({
        chain,
        account,
        token: reserve.token,
        isNative,
        units,
      }),
    ],
    approvals: isNative
      ? []
      : [
          {
            token: reserve.token,
            spender: chain.deployment.aaveV3.pool,
            units,
          },
        ],
    spend: [{ token, atMostUnits: mostUnits }],
    positions: [
      {
        venue: 'aave',
        market: reserve.token,
        kind: 'borrowed',
        token: toToken(request, reserve),
        direction: 'less',
        atLeastUnits: subtract(repaidUnits, roundingUnits),
        atMostUnits: min(mostUnits, debtMostUnits) + roundingUnits,
      },
    ],
    health: [...toAaveHealth({ request, before, after, changes: [] })],
    summary:
      units >= debtUnits
        ? `Repays all ${sayUnits(debtUnits, token)} owed to Aave V3, with the interest until then.`
        : `Repays ${sayUnits(units, token)} of ${sayUnits(debtUnits, token)} owed to Aave V3.`,
    validUntilUnixSeconds: request.validUntilUnixSeconds,
  }
}
