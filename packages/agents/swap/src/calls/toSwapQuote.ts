import type { AgentQuote } from '@behest/sdk'
import { type Address, type Token, toDecimal } from '@behest/spec'
import type { SwapChain } from '../SwapChain.js'
import type { Trade } from '../trade/readTrade.js'
import { encodeForRouter } from './encodeForRouter.js'
import { getLeastOut, getMostIn, sumOf } from './encodeSwap.js'
import type { SwapHop, SwapLeg } from './SwapLeg.js'

/** What {@link toSwapQuote} takes. */
export type ToSwapQuoteOptions = {
  readonly chain: SwapChain
  readonly trade: Trade
  readonly legs: readonly SwapLeg[]
  readonly account: Address
  readonly validUntilUnixSeconds: number
}

// A quote carries no more, and a route of so many pools is none.
const mostHops = 64

/**
 * Builds the quote that carries legs out: one call to a router, an approval
 * of exactly what they may take, and bounds that the router enforces.
 *
 * @returns The quote, without a certificate.
 */
export function toSwapQuote(options: ToSwapQuoteOptions): AgentQuote {
  const { chain, trade, legs, account, validUntilUnixSeconds } = options
  const { sell, buy } = trade
  const { router, ...encoded } = encodeForRouter({
    routers: chain.deployment,
    legs,
    account,
    sellsNative: sell.address === 'native',
    buysNative: buy.address === 'native',
    deadlineUnixSeconds: validUntilUnixSeconds,
  })
  const mostIn = sumOf(legs, getMostIn)
  const leastOut = sumOf(legs, getLeastOut)
  const expectedIn = sumOf(legs, (leg) =>
    leg.type === 'exact-in' ? leg.amountInUnits : leg.expectedInUnits,
  )
  const expectedOut = sumOf(legs, (leg) => leg.expectedOutUnits)
  // Only where execution can raise the amount to what really arrived.
  const isRaised =
    trade.type === 'exact-in' &&
    trade.isOutput &&
    encoded.amountOffsets.length > 0
  const hops = legs.flatMap((leg) => leg.hops)
  return {
    venue: 'uniswap',
    calls: [
      {
        to: router,
        valueWei: encoded.valueWei,
        data: encoded.data,
        ...(encoded.amountOffsets.length === 0
          ? {}
          : { amountOffsets: encoded.amountOffsets }),
      },
    ],
    approvals:
      sell.address === 'native'
        ? []
        : [{ token: sell.address, spender: router, units: mostIn }],
    spend: [
      { token: sell, atMostUnits: isRaised ? trade.mostSellUnits : mostIn },
    ],
    receive: [
      {
        token: buy,
        account,
        atLeastUnits: leastOut,
        expectedUnits: expectedOut,
      },
    ],
    route: hops.slice(0, mostHops).map((hop) => ({
      pool: hop.pool,
      venue: hop.venue,
      feePips: hop.feePips,
      tokenIn: toToken(hop.tokenIn, options),
      tokenOut: toToken(hop.tokenOut, options),
      amountInUnits: hop.amountInUnits,
      amountOutUnits: hop.amountOutUnits,
    })),
    summary: `${sayUnits(expectedIn, sell)} for ${sayUnits(expectedOut, buy)} through ${sayPools(hops)}.`,
    validUntilUnixSeconds,
  }
}

/** Names a token of a route: a side of the trade, or one of the chain's list. */
function toToken(
  address: Address,
  options: Pick<ToSwapQuoteOptions, 'chain' | 'trade'>,
): Token {
  const { trade, chain } = options
  const { chainId, tokens, nativeToken, wrappedNative } = chain.deployment
  const isSame = (token: { readonly address: string }) =>
    token.address.toLowerCase() === address.toLowerCase()
  const side = [trade.sell, trade.buy].find(isSame)
  if (side !== undefined) return side
  const listed =
    tokens.find(isSame) ??
    // The wrapped coin counts as the coin itself does.
    (isSame({ address: wrappedNative }) ? nativeToken : undefined)
  return {
    chainId,
    address,
    symbol: listed?.symbol ?? address.slice(0, 10),
    ...(listed === undefined ? {} : { name: listed.name }),
    decimals: listed?.decimals ?? 0,
  }
}

function sayUnits(units: bigint, token: Token): string {
  return `${toDecimal(units, token.decimals)} ${token.symbol}`
}

function sayPools(hops: readonly SwapHop[]): string {
  const pools = new Set(hops.map(({ pool }) => pool)).size
  return `${pools} pool${pools === 1 ? '' : 's'} of Uniswap`
}
