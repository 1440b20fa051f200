import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isToken, isVerb, NEAR, word } from './words.js'

const BOUND =
  /^(?:but )?(?:(only|just) )?(?:if )?(?:(not|never) )?(below|under|above|over|lower than|less than|more than|higher than)(?= |$)/

/** `… for usdc, but not below 4000`, `only above 4000`: a price as the limit. */
export function readBound(
  items: readonly Item[],
  index: number,
  kept: readonly Item[],
): Fold | undefined {
  const first = items[index] as Item
  if (!/^(?:but|only|just|not|never)$/.test(textOf(first))) return undefined
  const said = items
    .slice(index, index + 6)
    .map((item) => textOf(item) || '§')
    .join(' ')
  const bound = BOUND.exec(said)
  if (bound === null || (bound[1] === undefined) === (bound[2] === undefined))
    return undefined
  let at = index + bound[0].split(' ').length
  const value = at
  if (textOf(items[at]) === '$') at += 1
  if (items[at]?.type !== 'number') return undefined
  const behind = items[at + 1]
  // `not below 20 gwei`, `only above 5 %`: no price.
  if (
    /^(?:%|percent|pct|bps|bp|bips|basis|gwei|x|times|days?|hours?)$/.test(
      textOf(behind),
    ) ||
    (isToken(behind) && !/^(?:usdc|usdt|dai|usd)$/.test(behind.text))
  )
    return undefined
  // `slippage no more than 30`
  if (
    /^(?:slippage|slip|gas|apy|rate|leverage|for|get|receive|out|at|with)$/.test(
      textOf(kept.at(-1)),
    )
  )
    return undefined
  const trades = kept.slice(-NEAR).findLast((item) => isVerb(item))
  if (
    !isVerb(trades) ||
    !/^(?:sell|swap|buy|get)$/.test(trades.senses.verb ?? '')
  )
    return undefined
  const low = /below|under|lower|less/.test(bound[3] ?? '')
  const words =
    bound[2] === undefined
      ? [low ? 'below' : 'above']
      : ['at', low ? 'least' : 'most']
  const last = items[value - 1] as Item
  return {
    items: ['if', 'price', 'is', ...words].map((text) =>
      word(text, first, last.end),
    ),
    next: value,
  }
}
