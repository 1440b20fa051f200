import { createTable } from '../../text/createTable.js'
import type { Cue } from '../Part.js'

export const CUES: Readonly<Record<string, Cue>> = createTable({
  to: 'to',
  into: 'to',
  onto: 'to',
  toward: 'to',
  towards: 'to',
  '→': 'to',
  for: 'for',
  with: 'with',
  using: 'with',
  w: 'with',
  from: 'from',
  off: 'from',
  on: 'on',
  '@': 'on',
  upon: 'on',
  between: 'to',
  among: 'to',
  amongst: 'to',
  in: 'in',
  inside: 'in',
  within: 'in',
  at: 'at',
  via: 'via',
  through: 'via',
  thru: 'via',
  by: 'by',
  against: 'against',
  of: 'of',
  as: 'as',
})

export const DETERMINERS =
  /^(?:my|the|our|your|a|an|this|that|its|their|available|current|existing|own|native|regular|of|newly|whole|new|more|additional|extra|another|fresh|pure|actual|respective|same|liquid|idle|resulting|received|swapped|bridged|borrowed|obtained|acquired|purchased|bought|withdrawn|converted|claimed|unstaked|minted|freshly|just|redeemed|deposited|staked|entire|those|these|any|remaining|pending|accrued|unclaimed|accumulated|outstanding|\()$/

/** `all of my own liquid …`: more than these in a row are no phrase. */
export const MOST_DETERMINERS = 12

export const DEFINITE =
  /^(?:the|that|this|those|these|resulting|received|swapped|bridged|borrowed|obtained|acquired|purchased|bought|withdrawn|converted|claimed|unstaked|newly|minted|redeemed)$/

export const TRAILING =
  /^(?:tokens?|coins?|balances?|holdings?|stack|bags?|stash|funds?|worth|in total|total|apiece|debts?|loans?|collateral|cash|stables?|stablecoins?|i have|left|sitting|available|back|please|liquidity|deposits?|money|rewards?|position|positions|savings|earnings)$/

export const PLACE_NOUN =
  /^(?:protocol|finance|dex|exchange|v2|v3|v4|platform|app|dapp|lending|bridge|dao|labs|comet)$/

export const CHAIN_NOUN =
  /^(?:chain|network|mainnet|l2|l1|blockchain|rollup|side|ecosystem|layer)$/

export const POOL_NOUN =
  /^(?:pools?|vaults?|lp|lps|pairs?|gauges?|farms?|strategy|strategies|markets?|clp|slp|bribes?|lptoken|tranche)$/

/** Verbs whose `to X` names where the money goes, and not what it becomes. */
export const INTO_PLACE =
  /^(?:lend|deposit|add|put|stake|repay|lock|topup|vote|move|claim|save|earn|yeet|zap)$/

export const FROM_PLACE =
  /^(?:withdraw|borrow|claim|unstake|take|get|exit|redeem|repay|unlock|close|move|revoke)$/

export const TRADE =
  /^(?:swap|buy|sell|wrap|unwrap|get|redeem|yeet|invest|mint)$/
