import { LendingAmountError } from '../errors/LendingAmountError.js'
import { MarketChoiceError } from '../errors/MarketChoiceError.js'
import type { Market } from '../market/market.js'

/** Amounts by the name of the market, in the token's smallest unit. */
export type UnitsByMarket = Readonly<Record<string, bigint>>

/**
 * Picks the markets of one token, in the order of their names: the order of the
 * input must not change an answer.
 *
 * @throws {MarketChoiceError} when no market fits, the token is ambiguous or a
 *   name comes twice.
 */
export function chooseMarkets(options: {
  readonly markets: readonly Market[]
  readonly token?: string
  /** A token that is not meant where several are there: the collateral. */
  readonly otherThan?: string
}): Market[] {
  const { markets, otherThan } = options
  const token = options.token?.toLowerCase()
  const fitting = markets.filter((market) =>
    token === undefined ? market.token !== otherThan : market.token === token,
  )
  if (fitting.length === 0)
    throw new MarketChoiceError({
      problem: 'none',
      detail: token ?? 'the token',
    })
  const tokens = new Set(fitting.map((market) => market.token))
  if (tokens.size > 1)
    throw new MarketChoiceError({
      problem: 'several-tokens',
      detail: [...tokens].sort().slice(0, 5).join(', '),
    })
  const names = new Set<string>()
  for (const { market } of fitting) {
    if (names.has(market))
      throw new MarketChoiceError({ problem: 'same-name', detail: market })
    names.add(market)
  }
  return fitting.sort((a, b) => (a.market < b.market ? -1 : 1))
}

/** @throws {LendingAmountError} when an amount is not in 1..2^128 - 1. */
export function assertAmount(field: string, units: bigint): void {
  if (units <= 0n || units >= 2n ** 128n)
    throw new LendingAmountError({ field, units })
}

/** @throws {MarketChoiceError} when an amount is given for a market not there. */
export function assertNames(
  markets: readonly Market[],
  amounts: UnitsByMarket | undefined,
): void {
  for (const [name, units] of Object.entries(amounts ?? {})) {
    if (!markets.some(({ market }) => market === name))
      throw new MarketChoiceError({ problem: 'unknown-market', detail: name })
    if (units < 0n) throw new LendingAmountError({ field: name, units })
  }
}
