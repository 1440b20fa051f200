import type { Market } from '../market/Market.js'
import type { Token } from '../pools/Pool.js'
import type { Dual } from '../solve/createDual.js'

/** What a unit of gas is worth in the bought token. */
export type GasPrice =
  | { readonly type: 'free' }
  | { readonly type: 'unknown' }
  | {
      readonly type: 'priced'
      /** Smallest units of the bought token that one wei is worth. */
      readonly unitsPerWei: number
      /** Smallest units of the bought token that one unit of gas costs. */
      readonly unitsPerGas: number
    }

/**
 * Converts the gas price into the bought token: directly where its price in the
 * gas coin is known, else through the busiest connected token that has one.
 */
export function priceGas(
  options: {
    readonly tokens?: readonly Token[]
    readonly gasPriceWei?: bigint
  },
  market: Market,
  dual: Dual,
): GasPrice {
  const { gasPriceWei = 0n, tokens = [] } = options
  if (gasPriceWei <= 0n) return { type: 'free' }
  const found = findPricedToken(tokens, market, dual.buy)
  if (found === undefined) return { type: 'unknown' }
  const { token, index } = found
  // The base price rather than the dual one: what the trade itself does to
  // prices must not change the cost of gas.
  const unitsPerUnit = Math.exp(
    market.basePrice[index]! - market.basePrice[dual.buy]!,
  )
  const weiPerUnit =
    (Number(token.decimalPriceNative) * 1e18) / 10 ** token.decimals
  const unitsPerWei = unitsPerUnit / weiPerUnit
  if (!(unitsPerWei > 0) || !Number.isFinite(unitsPerWei))
    return { type: 'unknown' }
  return {
    type: 'priced',
    unitsPerWei,
    unitsPerGas: unitsPerWei * Number(gasPriceWei),
  }
}

type Priced = { readonly token: Token; readonly index: number }

/** Tokens with a known price: each by its position, and the busiest ones. */
type PricedTokens = {
  readonly byIndex: ReadonlyMap<number, Token>
  readonly byComponent: ReadonlyMap<number, Priced>
}

const known = new WeakMap<readonly Token[], WeakMap<Market, PricedTokens>>()

/** The bought token itself, or the busiest token that can reach it. */
function findPricedToken(
  tokens: readonly Token[],
  market: Market,
  buy: number,
): Priced | undefined {
  let markets = known.get(tokens)
  if (markets === undefined) {
    markets = new WeakMap()
    known.set(tokens, markets)
  }
  let priced = markets.get(market)
  if (priced === undefined) {
    priced = listPricedTokens(tokens, market)
    markets.set(market, priced)
  }
  const own = priced.byIndex.get(buy)
  if (own !== undefined) return { token: own, index: buy }
  return priced.byComponent.get(market.component[buy]!)
}

function listPricedTokens(
  tokens: readonly Token[],
  market: Market,
): PricedTokens {
  const byIndex = new Map<number, Token>()
  const byComponent = new Map<number, Priced>()
  const getDegree = (token: number): number =>
    market.tokenStart[token + 1]! - market.tokenStart[token]!
  for (const token of tokens) {
    if (token.decimalPriceNative === undefined) continue
    const index = market.tokenIndex.get(token.id)
    if (index === undefined) continue
    byIndex.set(index, token)
    const component = market.component[index]!
    const best = byComponent.get(component)
    if (best === undefined || getDegree(index) > getDegree(best.index))
      byComponent.set(component, { token, index })
  }
  return { byIndex, byComponent }
}
