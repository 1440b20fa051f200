import { type Item, textOf } from '../../text/Item.js'
import { isCount } from './words.js'

/** A name of a token, however common a word it is. */
export const isAnyToken = (item: Item | undefined): boolean =>
  item?.type === 'word' && item.senses.token !== undefined

const SHARES = /^(?:all|half|everything|max|entire|whole)$/
const PARTS = /^(?:half|third|thirds|quarter|quarters|fourth|fifth|tenth)$/

/** `half`, `a third`, `25 %`; none if there is no share here. */
export function readShare(
  items: readonly Item[],
  from: number,
): number | undefined {
  if (SHARES.test(textOf(items[from]))) return from + 1
  if (
    /^(?:a|an|one|two|three)$/.test(textOf(items[from])) &&
    PARTS.test(textOf(items[from + 1]))
  )
    return from + 2
  if (isCount(items[from]) && /^(?:%|percent)$/.test(textOf(items[from + 1])))
    return from + 2
  return undefined
}

/** A counted token: `25 usdc`, `half of my eth`, `$50 worth of link`. */
export function readMoney(
  items: readonly Item[],
  from: number,
): number | undefined {
  let at = from
  if (/^(?:another|extra|exactly|my|our|the)$/.test(textOf(items[at]))) at += 1
  const share = readShare(items, at)
  if (share !== undefined) {
    at = share
    while (
      at < share + 4 &&
      /^(?:of|my|our|the|that|this|remaining|entire|whole)$/.test(
        textOf(items[at]),
      )
    )
      at += 1
    return isAnyToken(items[at]) ? at + 1 : undefined
  }
  if (textOf(items[at]) === '$' && isCount(items[at + 1])) {
    at += 2
    if (textOf(items[at]) === 'worth') at += 1
    if (/^(?:of|in)$/.test(textOf(items[at]))) at += 1
    return isAnyToken(items[at]) ? at + 1 : undefined
  }
  if (!isCount(items[at])) return undefined
  at += 1
  if (
    /^(?:dollars?|bucks?|usd|euros?|eur|quid|pounds?|gbp)$/.test(
      textOf(items[at]),
    ) &&
    /^(?:worth|of|in)$/.test(textOf(items[at + 1]))
  ) {
    at += textOf(items[at + 2]) === 'of' ? 3 : 2
    return isAnyToken(items[at]) ? at + 1 : undefined
  }
  if (/^(?:more|extra|additional|of)$/.test(textOf(items[at]))) at += 1
  if (/^(?:my|our|the)$/.test(textOf(items[at]))) at += 1
  return isAnyToken(items[at]) ? at + 1 : undefined
}
