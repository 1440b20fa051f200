import type { Address } from 'viem'
import { type TokenSymbol, tokenDecimals } from '../addresses.js'

/** What the price feeds of the snapshot say, in whole US dollars. */
export const startPricesUsd: Readonly<Record<TokenSymbol, bigint>> = {
  WETH: 3_000n,
  WBTC: 95_000n,
  USDC: 1n,
  DAI: 1n,
}

/** An approval without end: the whale's own, never a user's. */
export const maxUnits = 2n ** 256n - 1n

/** Far enough for every transaction of the build. */
export const farDeadlineUnixSeconds = 99_999_999_999n

/** Gives the amount of a token that is worth a number of US dollars. */
export function toUnits(symbol: TokenSymbol, usd: bigint): bigint {
  return (usd * 10n ** BigInt(tokenDecimals[symbol])) / startPricesUsd[symbol]
}

/** Gives a number of millions. */
export function millions(count: number): bigint {
  return BigInt(Math.round(count * 1_000)) * 1_000n
}

/** Orders two tokens as Uniswap does: by address. */
export function sortTokens(
  tokens: Readonly<Record<TokenSymbol, Address>>,
  one: TokenSymbol,
  other: TokenSymbol,
): readonly [TokenSymbol, TokenSymbol] {
  return BigInt(tokens[one]) < BigInt(tokens[other])
    ? [one, other]
    : [other, one]
}
