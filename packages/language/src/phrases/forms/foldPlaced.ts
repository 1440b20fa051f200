import { getVenueKind } from '../../lexicon/lexicon.js'
import { type Item, textOf } from '../../text/Item.js'
import { isToken, isVenue, isVerb, type Word, word } from './words.js'

const HELD =
  /^(?:debt|debts|loan|loans|deposit|deposits|position|positions|supply|balance|collateral|borrow)$/
const PUTS =
  /^(?:put|place|park|stash|keep|invest|leave|stick|throw|dump|move)$/

/**
 * `my aave usdc debt`, `place 20 usdc with aave`: a place where money is lent,
 * although a token bears its name too.
 */
export function foldPlaced(items: readonly Item[]): readonly Item[] {
  return foldNoun(foldBefore(foldWith(items)))
}

const isLending = (item: Item | undefined): item is Word =>
  isVenue(item) && getVenueKind(item.senses.venue ?? '') === 'lending'

/** The place in front of what is held there goes behind it. */
function foldBefore(items: readonly Item[]): readonly Item[] {
  const at = items.findIndex(
    (item, index) =>
      isLending(item) &&
      /^(?:my|our|the|of)$/.test(textOf(items[index - 1])) &&
      isToken(items[index + 1]) &&
      HELD.test(textOf(items[index + 2])),
  )
  const place = items[at]
  const noun = items[at + 2]
  if (!isLending(place)) return items
  return [
    ...items.slice(0, at),
    ...items.slice(at + 1, at + 2),
    // `deposit` is a verb as well, and says no more than where it lies.
    ...(noun === undefined || isVerb(noun) ? [] : [noun]),
    word('on', place, place.start),
    place,
    ...items.slice(at + 3),
  ]
}

/** `withdraw my usdc deposit on aave`: what lies there, and no second order. */
function foldNoun(items: readonly Item[]): readonly Item[] {
  return items.filter(
    (item, index) =>
      !(
        isVerb(item) &&
        HELD.test(textOf(item)) &&
        isToken(items[index - 1]) &&
        /^(?:my|our|the)$/.test(textOf(items[index - 2])) &&
        isVerb(items[index - 3]) &&
        /^(?:on|at|in|with|from)$/.test(textOf(items[index + 1])) &&
        isVenue(items[index + 2])
      ),
  )
}

/** With whom it is put, and not what is put beside it. */
function foldWith(items: readonly Item[]): readonly Item[] {
  return items.map((item, index) => {
    if (
      textOf(item) !== 'with' ||
      !isLending(items[index + 1]) ||
      !(
        isToken(items[index - 1]) ||
        /^(?:it|them|that)$/.test(textOf(items[index - 1]))
      )
    )
      return item
    const verb = items
      .slice(Math.max(0, index - 8), index)
      .findLast((before) => isVerb(before) || before.type === 'break')
    return verb !== undefined && PUTS.test(textOf(verb))
      ? word('on', item)
      : item
  })
}
