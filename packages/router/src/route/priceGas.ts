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
  let found: { token: Token; index: number } | undefined
  let most = -1
  for (const token of tokens) {
    if (token.decimalPriceNative === undefined) continue
    const index = market.tokenIndex.get(token.id)
    if (index === undefined) continue
    if (market.component[index] !== market.component[dual.buy]) continue
    const degree =
      index === dual.buy
        ? Number.POSITIVE_INFINITY
        : market.tokenStart[index + 1]! - market.tokenStart[index]!
    if (degree > most) {
      most = degree
      found = { token, index }
    }
  }
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
