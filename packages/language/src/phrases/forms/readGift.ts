import { getVenueKind } from '../../lexicon/lexicon.js'
import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isCount, isParty, isToken, isVerb, word } from './words.js'

const HANDS = /^(?:put|yeet|yolo|add)$/

/** `swap it and dump it all in aave`: what is thrown into a market is lent. */
export function readThrown(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const first = items[index] as Item
  if (
    !/^(?:dump|throw|toss|chuck|fling|ape)$/.test(textOf(first)) ||
    !/^(?:it|them|that)$/.test(textOf(items[index + 1]))
  )
    return undefined
  const all = textOf(items[index + 2]) === 'all' ? 1 : 0
  const place = items[index + 3 + all]
  return /^(?:in|into|on)$/.test(textOf(items[index + 2 + all])) &&
    place?.type === 'word' &&
    place.senses.venue !== undefined &&
    getVenueKind(place.senses.venue) === 'lending'
    ? { items: [word('put', first)], next: index + 1 }
    : undefined
}

/** `get 50 usdc to bob.eth`, `have 20 dai go to bob.eth`: over to someone. */
export function readGetTo(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const first = items[index] as Item
  if (!/^(?:get|have|let|make)$/.test(textOf(first))) return undefined
  let at = index + 1
  while (
    at < index + 5 &&
    /^(?:my|the|of|all|half|\$)$/.test(textOf(items[at]))
  )
    at += 1
  if (isCount(items[at])) at += 1
  if (at === index + 1 || !isToken(items[at])) return undefined
  const thing = at + 1
  at = thing
  while (/^(?:over|across|go|goes|sent|out|be)$/.test(textOf(items[at])))
    at += 1
  return textOf(items[at]) === 'to' && isParty(items[at + 1])
    ? {
        items: [word('send', first), ...items.slice(index + 1, thing)],
        next: at,
      }
    : undefined
}

/** `drop 5 dai in bob.eth's wallet`, `throw 30 usdc at PEPE` */
export function readGift(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const verb = items[index]
  if (!isVerb(verb) || !HANDS.test(verb.senses.verb ?? '')) return undefined
  for (let at = index + 1; at < index + 10; at += 1) {
    const item = items[at]
    if (item === undefined || item.type === 'break' || isVerb(item))
      return undefined
    const goal = items[at + 1]
    const named = /^(?:the|my)$/.test(textOf(goal)) ? items[at + 2] : goal
    if (
      /^(?:in|into|at|on|to|inside)$/.test(textOf(item)) &&
      goal !== undefined &&
      named !== undefined
    ) {
      if (named.type === 'name') {
        let next = at + (named === goal ? 2 : 3)
        while (/^(?:'s|s|wallet|account|address)$/.test(textOf(items[next])))
          next += 1
        return {
          items: [
            word('send', verb),
            ...items.slice(index + 1, at),
            word('to', item),
            named,
          ],
          next,
        }
      }
      if (textOf(item) === 'at' && isToken(named) && verb.senses.verb !== 'put')
        return {
          items: [
            verb,
            ...items.slice(index + 1, at),
            word('into', item),
            named,
          ],
          next: at + (named === goal ? 2 : 3),
        }
    }
  }
  return undefined
}
