import { getVenueKind } from '../../lexicon/lexicon.js'
import { type Item, textOf } from '../../text/Item.js'
import {
  type Fold,
  isCount,
  isParty,
  isToken,
  isVerb,
  NEAR,
  word,
} from './words.js'

/** Verbs whose own list goes on with `… to bob.eth` or `… into aave`. */
const SENDS = /^(?:send|move|yeet|approve|revoke|split|withdraw|bridge)$/
const PUTS =
  /^(?:lend|put|deposit|add|move|topup|save|withdraw|split|approve|borrow|repay)$/

/**
 * `stake 1 eth on lido, 500 usdc into aave and 20 usdc to ivy.eth`: what the
 * verb before cannot mean has a verb of its own that nobody said.
 */
export function readElided(
  items: readonly Item[],
  index: number,
  kept: readonly Item[],
): Fold | undefined {
  const joint = items[index]
  if (joint === undefined || !/^(?:,|and|then|plus|&)$/.test(textOf(joint)))
    return undefined
  let at = index + 1
  while (at < index + 4 && /^(?:and|then|also|plus|,)$/.test(textOf(items[at])))
    at += 1
  const amount = at
  if (textOf(items[at]) === '$') at += 1
  if (!isCount(items[at])) return undefined
  at += 1
  while (at < index + 9 && /^(?:of|my|the|in)$/.test(textOf(items[at]))) at += 1
  if (!isToken(items[at])) return undefined
  at += 1
  const cue = textOf(items[at])
  const goal = items[at + 1]
  const near = kept.slice(-NEAR)
  const last = near.findLast((item) => isVerb(item))
  if (!isVerb(last)) return undefined
  const sense = last.senses.verb ?? ''
  // What stands between the verb and here was complete: it had a complement.
  const between = near.slice(near.lastIndexOf(last) + 1)
  if (
    !between.some((item) =>
      /^(?:to|for|into|on|in|from|with|→)$/.test(textOf(item)),
    )
  )
    return undefined
  const verb =
    cue === 'to' && isParty(goal) && !SENDS.test(sense)
      ? 'send'
      : /^(?:into|in)$/.test(cue) &&
          goal?.type === 'word' &&
          goal.senses.venue !== undefined &&
          getVenueKind(goal.senses.venue) === 'lending' &&
          !PUTS.test(sense)
        ? 'put'
        : undefined
  const first = items[amount] as Item
  return verb === undefined
    ? undefined
    : {
        items: [word('and', joint), word(verb, first, first.start)],
        next: amount,
      }
}
