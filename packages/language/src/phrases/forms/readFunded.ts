import { getVenueKind } from '../../lexicon/lexicon.js'
import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isCount, isParty, isToken, isVenue, word } from './words.js'

const FUNDS =
  /^(?:fund|credit|load|top|top up|reward|bless|hit|sponsor|compensate|spot|slip|sling|flick|beam|provide|supply|pay|send|refund|reimburse|tip)$/

/** `fund bob.eth with 50 usdc`, `top carol.eth up with 20 dai` */
export function readFunded(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const verb = items[index] as Item
  if (!FUNDS.test(textOf(verb))) return undefined
  let at = index + 1
  if (textOf(items[at]) === 'up') at += 1
  const place = readPlaceFunded(items, index, at)
  if (place !== undefined) return place
  const party = items[at]
  if (party === undefined || !isParty(party)) return undefined
  at += 1
  if (textOf(items[at]) === 'up') at += 1
  const tied = textOf(items[at]) === 'with'
  if (tied) at += 1
  const plain = /^(?:pay|send|tip|refund|reimburse|supply|provide)$/
  if (!tied && plain.test(textOf(verb))) return undefined
  if (textOf(items[at]) !== '$' && !isCount(items[at])) return undefined
  return { items: [word('send', verb), party], next: at }
}

/** `top up my aave with another 250 usdc`: the place in front of what goes there. */
function readPlaceFunded(
  items: readonly Item[],
  index: number,
  from: number,
): Fold | undefined {
  const verb = items[index] as Item
  if (!/^(?:fund|load|top|top up|credit)$/.test(textOf(verb))) return undefined
  let at = from
  while (/^(?:my|our|the|up)$/.test(textOf(items[at]))) at += 1
  const place = items[at]
  if (!isVenue(place) || getVenueKind(place.senses.venue ?? '') !== 'lending')
    return undefined
  at += 1
  while (
    /^(?:account|position|deposit|supply|balance|up|lending)$/.test(
      textOf(items[at]),
    )
  )
    at += 1
  if (!/^(?:with|by)$/.test(textOf(items[at]))) return undefined
  at += 1
  while (/^(?:another|more|an|extra|additional|about)$/.test(textOf(items[at])))
    at += 1
  const amount = items[at]
  const token = items[at + 1]
  if (amount === undefined || !isCount(amount) || !isToken(token))
    return undefined
  return {
    items: [
      word('supply', verb),
      amount,
      token,
      word('on', place, place.start),
      place,
    ],
    next: at + 2,
  }
}
