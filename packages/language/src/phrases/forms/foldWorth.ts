import { type Item, textOf } from '../../text/Item.js'
import { isToken, word } from './words.js'

const MONEY = /^(?:dollars?|usd|bucks|eur|euros?)$/

/** `get me some eth, $200 worth`: how much of it, said behind. */
export function foldWorth(items: readonly Item[]): readonly Item[] {
  const at = items.findIndex((item) => textOf(item) === 'worth')
  const worth = items[at]
  if (worth === undefined || textOf(items[at + 1]) === 'of') return items
  let from = at - 1
  if (MONEY.test(textOf(items[from]))) from -= 1
  if (items[from]?.type !== 'number') return items
  if (textOf(items[from - 1]) === '$') from -= 1
  else if (from === at - 1) return items
  const comma = items[from - 1]
  const token = items[from - 2]
  if (textOf(comma) !== ',' || !isToken(token)) return items
  let first = from - 2
  if (/^(?:some|more|the|my)$/.test(textOf(items[first - 1]))) first -= 1
  let next = at + 1
  if (textOf(items[next]) === ',') next += 1
  return [
    ...items.slice(0, first),
    ...items.slice(from, at + 1),
    word('of', token, token.start),
    token,
    ...items.slice(next),
  ]
}
