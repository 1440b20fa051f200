import type { MorphoMarketState } from '@behest/evm'
import { getMarketRates, toDecimalRate } from '@behest/lending'
import {
  type AgentDecline,
  type AgentReply,
  getAmountUnits,
  type InstructionOf,
} from '@behest/sdk'
import { isSameAddress, toDecimal } from '@behest/spec'
import { min, subtract } from '../request/interest.js'
import {
  decline,
  type LendRequest,
  sayUnits,
  toErc20,
} from '../request/LendRequest.js'
import {
  encodeMorphoBorrow,
  encodeMorphoSupplyCollateral,
  encodeUnwrap,
  encodeWrap,
} from './encodeMorpho.js'
import {
  findCurve,
  findMarketsOf,
  getAvailableUnits,
  getLoanHealth,
  getMostBorrowedUnits,
  isTooWeak,
  sayMarket,
  toLoan,
  toMorphoHealth,
  toPosition,
} from './morphoMarkets.js'

/** A market with what the loan there would come to. */
type Offer = {
  readonly market: MorphoMarketState
  readonly pledgedUnits: bigint
  readonly after: {
    readonly collateralUnits: bigint
    readonly borrowedUnits: bigint
  }
}

/** Quotes a borrow from the cheapest Morpho market that takes the collateral. */
export function quoteMorphoBorrow(
  request: LendRequest,
  instruction: InstructionOf<'borrow'>,
): AgentReply {
  const { token, amount, collateral } = instruction
  if (amount.type === 'share' || collateral?.amount.type === 'share')
    return decline(
      'AMOUNT_UNRESOLVED',
      'A share is no amount to borrow or to put up. Ask with amounts in units.',
    )
  const { units } = getAmountUnits({ amount })
  const pledgedUnits =
    collateral === undefined
      ? 0n
      : getAmountUnits({ amount: collateral.amount }).units
  if (units === 0n || (collateral !== undefined && pledgedUnits === 0n))
    return decline(
      'AMOUNT_ZERO',
      'Nothing would be borrowed or put up. Ask with amounts above 0.',
    )
  const markets = findMarketsOf(request, token, undefined)
  if ('declined' in markets) return markets
  const secured = listSecured(request, markets, instruction)
  if ('declined' in secured) return secured
  const offers = secured.map((market): Offer => {
    const loan = toLoan(market)
    return {
      market,
      pledgedUnits,
      after: {
        collateralUnits: loan.collateralUnits + pledgedUnits,
        borrowedUnits: loan.borrowedUnits + units,
      },
    }
  })
  const possible = offers.filter(
    (offer) => findObstacle(request, offer, units) === undefined,
  )
  const [first, ...others] = possible
  if (first === undefined) {
    const [offer] = offers
    return (
      (offer && findObstacle(request, offer, units)) ??
      decline('NO_MARKET', 'No Morpho market fits. Use another venue.')
    )
  }
  const offer = others.reduce(
    (best, one) =>
      getBorrowRate(request, one, units) < getBorrowRate(request, best, units)
        ? one
        : best,
    first,
  )
  const { market, after } = offer
  const { chain, account } = request
  const curve = findCurve(request, market)
  const isPledgeNative = collateral?.token.address === 'native'
  return {
    venue: 'morpho',
    calls: [
      ...(isPledgeNative ? [encodeWrap(chain, pledgedUnits)] : []),
      ...(collateral === undefined
        ? []
        : [
            encodeMorphoSupplyCollateral({
              chain,
              account,
              market,
              units: pledgedUnits,
            }),
          ]),
      encodeMorphoBorrow({ chain, account, market, units }),
      ...(token.address === 'native' ? [encodeUnwrap(chain, units)] : []),
    ],
    approvals:
      collateral === undefined
        ? []
        : [
            {
              token: market.collateralToken,
              spender: chain.deployment.morpho.morpho,
              units: pledgedUnits,
            },
          ],
    spend:
      collateral === undefined
        ? []
        : [{ token: collateral.token, atMostUnits: pledgedUnits }],
    receive: [{ token, account, atLeastUnits: units, expectedUnits: units }],
    positions: [
      toPosition({
        request,
        market,
        kind: 'borrowed',
        direction: 'more',
        units,
      }),
      ...(collateral === undefined
        ? []
        : [
            toPosition({
              request,
              market,
              kind: 'collateral',
              direction: 'more',
              units: pledgedUnits,
            }),
          ]),
    ],
    health: [...toMorphoHealth(market, toLoan(market), after)],
    ...(curve === undefined
      ? {}
      : { ratePerYear: toDecimalRate(getBorrowRate(request, offer, units)) }),
    summary: `Borrows ${sayUnits(units, token)} from Morpho Blue against ${market.collateralSymbol}.`,
    validUntilUnixSeconds: request.validUntilUnixSeconds,
  }
}

/** Markets that take the collateral which is put up, or has been before. */
function listSecured(
  request: LendRequest,
  markets: readonly [MorphoMarketState, ...MorphoMarketState[]],
  instruction: InstructionOf<'borrow'>,
): readonly MorphoMarketState[] | AgentDecline {
  const { token, collateral } = instruction
  if (collateral === undefined) {
    const held = markets.filter(({ account }) => account.collateralUnits > 0n)
    return held.length > 0
      ? held
      : decline(
          'NO_COLLATERAL',
          `This account has no collateral in a Morpho market for ${token.symbol}. Say what to put up, for example ${markets[0].collateralSymbol}.`,
        )
  }
  const address = toErc20(request, collateral.token)
  const taken = markets.filter(({ collateralToken }) =>
    isSameAddress(collateralToken, address),
  )
  return taken.length > 0
    ? taken
    : decline(
        'COLLATERAL_MISMATCH',
        `No Morpho market lends ${token.symbol} against ${collateral.token.symbol}. ${markets.map(sayMarket).join(' ')}`,
      )
}

function findObstacle(
  request: LendRequest,
  offer: Offer,
  units: bigint,
): AgentDecline | undefined {
  const { market, after } = offer
  const loan = { symbol: market.loanSymbol, decimals: market.loanDecimals }
  const available = getAvailableUnits(market)
  if (units > available)
    return decline(
      'MARKET_LIQUIDITY',
      `That Morpho market has ${sayUnits(available, loan)} left to lend and ${sayUnits(units, loan)} were to be borrowed. Borrow at most that.`,
    )
  if (!isTooWeak(request, market, after)) return undefined
  const most = subtract(
    getMostBorrowedUnits(market, after.collateralUnits, request.floorWad),
    market.account.borrowedUnits,
  )
  return decline(
    'HEALTH_TOO_LOW',
    `The health factor at Morpho would be ${toDecimal(getLoanHealth(market, after) / 10n ** 14n, 4)}, under the floor of ${toDecimal(request.floorWad, 18)}. Borrow at most ${sayUnits(min(most, available), loan)}, or put up more ${market.collateralSymbol}.`,
  )
}

function getBorrowRate(
  request: LendRequest,
  { market }: Offer,
  units: bigint,
): bigint {
  const curve = findCurve(request, market)
  return curve === undefined
    ? market.borrowRateWad * 10n ** 9n
    : getMarketRates({ market: curve, addedBorrowUnits: units }).borrowRateRay
}
