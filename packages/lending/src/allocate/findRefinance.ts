import { MarketChoiceError } from '../errors/MarketChoiceError.js'
import { MarketLiquidityError } from '../errors/MarketLiquidityError.js'
import type { Market } from '../market/market.js'
import { chooseMarkets } from './chooseMarkets.js'
import {
  getRefinance,
  type Refinance,
  type RefinanceOptions,
} from './getRefinance.js'

/** Where a debt would move to, and what that would bring. */
export type RefinanceChoice = Refinance & {
  /** The market's name. */
  readonly market: string
}

/**
 * Compares moving a debt to each other market of its token.
 *
 * Markets that hold less than the debt are left out. Rates and costs decide
 * here; whether the collateral is good there too is for the caller to see.
 *
 * @param options.markets - Among them the one that the debt is in.
 * @param options.from - The name of that one.
 * @returns The other markets, the largest saving within the horizon first; by
 *   their names where it is the same.
 * @throws {MarketChoiceError} when no market has that name.
 * @throws the errors of {@link getRefinance}.
 */
export function findRefinance(
  options: Omit<RefinanceOptions, 'from' | 'to'> & {
    readonly markets: readonly Market[]
    readonly from: string
  },
): readonly RefinanceChoice[] {
  const { markets, from: name, ...rest } = options
  const from = markets.find(({ market }) => market === name)
  if (from === undefined)
    throw new MarketChoiceError({ problem: 'unknown-market', detail: name })
  const choices: RefinanceChoice[] = []
  for (const to of chooseMarkets({ markets, token: from.token })) {
    if (to.market === name) continue
    try {
      choices.push({
        market: to.market,
        ...getRefinance({ ...rest, from, to }),
      })
    } catch (error) {
      if (!(error instanceof MarketLiquidityError)) throw error
    }
  }
  return choices.sort((left, right) => {
    if (left.netSavingUnits === right.netSavingUnits) return 0
    return left.netSavingUnits > right.netSavingUnits ? -1 : 1
  })
}
