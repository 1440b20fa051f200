import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isCount, isParty, word } from './words.js'

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
