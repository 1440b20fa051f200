import { type Item, textOf } from '../../text/Item.js'
import {
  type Fold,
  isCount,
  isParty,
  isToken,
  opensHere,
  word,
} from './words.js'

const MODAL = /^(?:should|must|shall|will|has|needs|is|ought)$/
const RECEIVES = /^(?:get|gets|receive|receives|have|obtain)$/
const LEADS =
  /^(?:make sure(?: that)?|please|pls|i want|i'd like|let|have|ensure(?: that)?|my friend|my (?:brother|sister|mom|dad|boss|landlord))$/

/** `bob.eth should get 5 usdc (from me)`: who is to have it is sent it. */
export function readReceives(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const party = items[index]
  if (!isParty(party) || party === undefined) return undefined
  // Nothing but a manner of speech stands in front.
  let from = index
  while (from > 0 && !opensHere(items[from - 1]) && index - from < 4) from -= 1
  const lead = items
    .slice(from, index)
    .map((item) => textOf(item))
    .filter((text) => !/^(?:and|then|also)$/.test(text))
    .join(' ')
  if (lead !== '' && !LEADS.test(lead)) return undefined
  let at = index + 1
  while (
    (MODAL.test(textOf(items[at])) ||
      /^(?:to|also)$/.test(textOf(items[at]))) &&
    at < index + 4
  )
    at += 1
  const verb = items[at]
  if (!RECEIVES.test(textOf(verb)) || verb === undefined) return undefined
  // `bob.eth receive 5 usdc` says who; `get` alone behind a name is an order.
  if (at === index + 1 && lead === '' && !/s$/.test(textOf(verb)))
    return undefined
  const amount = at + 1
  let end = amount
  if (textOf(items[end]) === '$') end += 1
  if (!isCount(items[end]) && !/^(?:all|half)$/.test(textOf(items[end])))
    return undefined
  end += 1
  while (/^(?:of|my|the|in)$/.test(textOf(items[end])) && end < amount + 5)
    end += 1
  if (!isToken(items[end])) return undefined
  end += 1
  let next = end
  if (
    /^(?:from|by)$/.test(textOf(items[next])) &&
    /^(?:me|us|my)$/.test(textOf(items[next + 1]))
  ) {
    next += 2
    if (/^(?:wallet|account)$/.test(textOf(items[next]))) next += 1
  }
  return {
    items: [
      word('send', verb),
      ...items.slice(amount, end),
      word('to', party, party.start),
      party,
    ],
    next,
  }
}
