import type { MorphoMarketState } from '@behest/evm'
import {
  allocateSupply,
  getMarketRates,
  type Market,
  toDecimalRate,
} from '@behest/lending'
import {
  type AgentReply,
  getAmountUnits,
  type InstructionOf,
} from '@behest/sdk'
import { isSameAddress } from '@behest/spec'
import {
  decline,
  type LendRequest,
  sayUnits,
  toErc20,
} from '../request/LendRequest.js'
import { encodeMorphoSupply, encodeWrap } from './encodeMorpho.js'
import { findCurve, findMarketsOf, toPosition } from './morphoMarkets.js'

type Part = { readonly market: MorphoMarketState; readonly units: bigint }

// A quote has room for eight positions, and one more market earns next to
// nothing more.
const mostMarkets = 4

/**
 * Quotes a supply to Morpho: into the market that earns the most, or into
 * several where the amount is so large that it would spoil the rate of one.
 */
export function quoteMorphoSupply(
  request: LendRequest,
  instruction: InstructionOf<'supply'>,
): AgentReply {
  const { token, amount, pool } = instruction
  if (amount.type === 'share')
    return decline(
      'AMOUNT_UNRESOLVED',
      `A share of what ${token.symbol}? Ask with an amount in units.`,
    )
  const markets = findMarketsOf(request, token, pool)
  if ('declined' in markets) return markets
  const { units, expectedUnits, isOutput } = getAmountUnits({ amount })
  if (units === 0n)
    return decline(
      'AMOUNT_ZERO',
      `Nothing would be supplied. Ask with an amount of ${token.symbol} above 0.`,
    )
  const isNative = token.address === 'native'
  // Morpho takes tokens only, and an allowance for wrapped coin cannot follow
  // what an earlier step really gives: then the guaranteed part is supplied.
  const isRaised = isOutput && !isNative && expectedUnits > units
  const mostUnits = isRaised ? expectedUnits : units
  const parts = isRaised
    ? [{ market: pickBest(request, markets, mostUnits), units }]
    : splitOver(request, markets, units)

  const { chain, account } = request
  const { morpho } = chain.deployment.morpho
  const [first] = parts
  const curve =
    first === undefined ? undefined : findCurve(request, first.market)
  return {
    venue: 'morpho',
    calls: [
      ...(isNative ? [encodeWrap(chain, units)] : []),
      ...parts.map((part) => {
        const { amountOffsets = [], ...call } = encodeMorphoSupply({
          chain,
          account,
          ...part,
        })
        return parts.length > 1 || isNative ? call : { ...call, amountOffsets }
      }),
    ],
    approvals: [
      {
        token: toErc20(request, token),
        spender: morpho,
        units,
      },
    ],
    spend: [{ token, atMostUnits: mostUnits }],
    positions: parts.map((part) =>
      toPosition({
        request,
        ...part,
        kind: 'supplied',
        direction: 'more',
        ...(parts.length === 1 ? { mostUnits } : {}),
      }),
    ),
    ...(curve === undefined
      ? {}
      : { ratePerYear: toRate(request, parts, mostUnits) }),
    summary: `Supplies ${sayUnits(units, token)} to Morpho Blue, lent against ${parts.map(({ market }) => market.collateralSymbol).join(' and ')}.`,
    validUntilUnixSeconds: request.validUntilUnixSeconds,
  }
}

/** What the whole earns a year after its own size, averaged over its parts. */
function toRate(
  request: LendRequest,
  parts: readonly Part[],
  mostUnits: bigint,
): string {
  const [only] = parts
  let income = 0n
  let total = 0n
  for (const { market, units } of parts) {
    const added = parts.length === 1 ? mostUnits : units
    income += getSupplyRate(findCurve(request, market), added) * added
    total += added
  }
  return only === undefined || total === 0n
    ? '0'
    : toDecimalRate(income / total)
}

function getSupplyRate(curve: Market | undefined, units: bigint): bigint {
  return curve === undefined
    ? 0n
    : getMarketRates({ market: curve, addedSupplyUnits: units }).supplyRateRay
}

function pickBest(
  request: LendRequest,
  markets: readonly [MorphoMarketState, ...MorphoMarketState[]],
  units: bigint,
): MorphoMarketState {
  const rateOf = (market: MorphoMarketState) =>
    getSupplyRate(findCurve(request, market), units)
  return markets.reduce((best, market) =>
    rateOf(market) > rateOf(best) ? market : best,
  )
}

function splitOver(
  request: LendRequest,
  markets: readonly [MorphoMarketState, ...MorphoMarketState[]],
  units: bigint,
): readonly Part[] {
  const curves = markets.flatMap((market) => {
    const curve = findCurve(request, market)
    return curve === undefined ? [] : [curve]
  })
  if (curves.length < 2)
    return [{ market: pickBest(request, markets, units), units }]
  const { allocation } = allocateSupply({ markets: curves, units })
  if (allocation.length > mostMarkets)
    return [{ market: pickBest(request, markets, units), units }]
  return allocation.flatMap((share) => {
    const market = markets.find(({ id }) => isSameAddress(id, share.market))
    return market === undefined ? [] : [{ market, units: share.units }]
  })
}
