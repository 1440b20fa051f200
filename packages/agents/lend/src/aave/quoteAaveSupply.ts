import type { AaveReserveState } from '@behest/evm'
import { getMarketRates, toDecimalRate } from '@behest/lending'
import {
  type AgentDecline,
  type AgentQuote,
  type AgentReply,
  getAmountUnits,
  type InstructionOf,
} from '@behest/sdk'
import { isSameAddress, type Token } from '@behest/spec'
import { roundingUnits, subtract } from '../request/interest.js'
import {
  decline,
  type LendRequest,
  sayUnits,
  toToken,
} from '../request/LendRequest.js'
import {
  changePosition,
  type ReserveChange,
  toAaveHealth,
  toAavePosition,
} from './aaveHealth.js'
import { encodeAaveSupply } from './encodeAave.js'
import { findReserve } from './findReserve.js'

/** Quotes a supply to Aave: aTokens for the whole amount, one for one. */
export function quoteAaveSupply(
  request: LendRequest,
  instruction: InstructionOf<'supply'>,
): AgentReply {
  const { token, amount, pool } = instruction
  if (amount.type === 'share')
    return decline(
      'AMOUNT_UNRESOLVED',
      `A share of what ${token.symbol}? Ask with an amount in units.`,
    )
  const reserve = findReserve({ request, token, pool })
  if ('declined' in reserve) return reserve
  const { units, expectedUnits } = getAmountUnits({ amount })
  const mostUnits = expectedUnits > units ? expectedUnits : units
  const supply = buildSupply({ request, reserve, token, units, mostUnits })
  if ('declined' in supply) return supply

  const before = toAavePosition(request)
  const changes: readonly ReserveChange[] = [
    {
      type: 'supply',
      reserve,
      units,
      isCollateral: willBeCollateral(reserve),
    },
  ]
  const after = changePosition(request, before, changes)
  const market = findMarket(request, reserve)
  return {
    ...supply,
    venue: 'aave',
    health: [...toAaveHealth({ request, before, after, changes })],
    ...(market === undefined
      ? {}
      : {
          ratePerYear: toDecimalRate(
            getMarketRates({ market, addedSupplyUnits: mostUnits })
              .supplyRateRay,
          ),
        }),
    summary: `Supplies ${sayUnits(units, token)} to Aave V3.`,
    validUntilUnixSeconds: request.validUntilUnixSeconds,
  }
}

/** The supply that is a quote of its own, or the first part of a borrow. */
export function buildSupply(options: {
  readonly request: LendRequest
  readonly reserve: AaveReserveState
  /** As the user gives it: native coin, or the reserve's own token. */
  readonly token: Token
  readonly units: bigint
  /** What execution may raise the amount to. */
  readonly mostUnits: bigint
}):
  | Required<
      Pick<
        AgentQuote,
        'calls' | 'approvals' | 'spend' | 'receive' | 'positions'
      >
    >
  | AgentDecline {
  const { request, reserve, token, units, mostUnits } = options
  const { chain, account } = request
  if (units === 0n)
    return decline(
      'AMOUNT_ZERO',
      `Nothing would be supplied. Ask with an amount of ${token.symbol} above 0.`,
    )
  if (reserve.isFrozen)
    return decline(
      'MARKET_CLOSED',
      `Aave takes no more ${reserve.symbol}: its market is frozen. Use another venue.`,
    )
  const room = subtract(reserve.supplyCapUnits, reserve.suppliedUnits)
  if (reserve.supplyCapUnits > 0n && mostUnits > room)
    return decline(
      'SUPPLY_CAP_REACHED',
      `Aave takes at most ${sayUnits(room, reserve)} more and ${sayUnits(mostUnits, reserve)} were to be supplied. Supply less.`,
    )
  const isNative = token.address === 'native'
  const { pool } = chain.deployment.aaveV3
  return {
    calls: [
      encodeAaveSupply({
        chain,
        account,
        token: reserve.token,
        isNative,
        units,
      }),
    ],
    approvals: isNative ? [] : [{ token: reserve.token, spender: pool, units }],
    spend: [{ token, atMostUnits: mostUnits }],
    receive: [
      {
        token: toAToken(request, reserve),
        account,
        atLeastUnits: subtract(units, roundingUnits),
        expectedUnits: toExpected(units),
      },
    ],
    positions: [
      {
        venue: 'aave',
        market: reserve.token,
        kind: 'supplied',
        token: toToken(request, reserve),
        direction: 'more',
        atLeastUnits: subtract(units, roundingUnits),
        atMostUnits: mostUnits + roundingUnits,
      },
    ],
  }
}

/** A first supply counts as collateral by itself, where the token can. */
export function willBeCollateral(reserve: AaveReserveState): boolean {
  const { isCollateral, suppliedUnits } = reserve.account
  return isCollateral || (suppliedUnits === 0n && reserve.ltvBps > 0)
}

/** The curve of a reserve; absent where it is not known. */
export function findMarket(request: LendRequest, reserve: AaveReserveState) {
  return request.markets.find(
    ({ kind, token }) =>
      kind === 'aave-v3' && isSameAddress(token, reserve.token),
  )
}

/** The token that stands for what is supplied. */
export function toAToken(
  request: LendRequest,
  reserve: AaveReserveState,
): Token {
  return {
    chainId: request.chain.deployment.chainId,
    address: reserve.aToken,
    symbol: `a${reserve.symbol}`,
    name: `Aave ${reserve.symbol}`,
    decimals: reserve.decimals,
  }
}

/**
 * Aave keeps scaled balances, so a unit may be lost to rounding. That is nothing
 * next to any real amount, and too much next to a handful of units.
 */
function toExpected(units: bigint): bigint {
  return units < 100_000n ? subtract(units, roundingUnits) : units
}
