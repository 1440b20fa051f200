import { type Item, textOf } from '../../text/Item.js'
import { isCount, isToken, isVenue, opensHere, word } from './words.js'

const BECOMES =
  /^(?:(?:should|shall|must|needs to|need to|has to|have to|ought to|can|could|to|will|is to|are to) )?(?:all )?(?:be|become|becomes|turn into|turns into|go into|goes into|be turned into|be swapped (?:to|for|into)|end up (?:as|in)|be made into|be in|be put into) /
const LEADS =
  /^(?:please|pls|i want|i'd like|i would like|i wish|i would love|i'd love|would love|love|i would love to have|i'd love to have|i would like to have|i want to have|i'd like to have|i would love for|i'd love for|and|then|also|want|so|ok|okay|hey|i need|make|let|have)$/
const SHARE =
  /^(?:all|half|everything|third|thirds|quarter|quarters|max|two|three|a|one|of|my|the|our|entire|whole|%|percent|rest|but|except)$/
const LONGEST = 9

/** `two thirds of my steth should become usdc`: what it is to be turned into. */
export function foldBecome(items: readonly Item[]): readonly Item[] {
  for (let at = 2; at + 1 < items.length; at += 1) {
    const token = items[at - 1]
    const here = textOf(items[at])
    if (
      !isToken(token) ||
      !/^(?:should|shall|must|needs?|has|have|ought|can|could|to|will|is|are|becomes?|turns?|goes|all)$/.test(
        here,
      )
    )
      continue
    const said = items
      .slice(at, at + 6)
      .map((item) => textOf(item) || '§')
      .join(' ')
    const becomes = BECOMES.exec(`${said} `)?.[0]
    if (becomes === undefined) continue
    const goal = at + becomes.trim().split(' ').length
    // `100 usdc should be in aave` is no trade.
    if (!isToken(items[goal]) || isVenue(items[goal])) continue
    const behind = items[goal + 1]
    if (/^(?:apy|apr|pool|vault|lp|price|rate)$/.test(textOf(behind))) continue
    const from = findAmount(items, at - 1)
    if (from === undefined) continue
    const cue = items[goal - 1] as Item
    const first = items[from] as Item
    return [
      ...items.slice(0, from),
      word('convert', first, first.start),
      ...items.slice(from, at),
      word('to', cue),
      ...items.slice(goal),
    ]
  }
  return items
}

/** Where the counted token that ends at a place begins, if it opens an order. */
function findAmount(items: readonly Item[], token: number): number | undefined {
  let from = token
  let counted = false
  while (from > 0 && token - from < LONGEST) {
    const item = items[from - 1]
    if (isCount(item) || /^(?:all|half|everything)$/.test(textOf(item)))
      counted = true
    if (/^(?:third|thirds|quarter|quarters)$/.test(textOf(item))) counted = true
    if (isCount(item) || SHARE.test(textOf(item)) || textOf(item) === '$')
      from -= 1
    else break
  }
  if (!counted) return undefined
  let lead = from
  while (lead > 0 && !opensHere(items[lead - 1]) && from - lead < 4) lead -= 1
  const before = items
    .slice(lead, from)
    .map((item) => textOf(item))
    .join(' ')
  return before === '' || LEADS.test(before) ? from : undefined
}
