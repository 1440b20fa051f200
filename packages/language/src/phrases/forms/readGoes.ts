import { type Item, textOf } from '../../text/Item.js'
import {
  type Fold,
  isCount,
  isParty,
  isToken,
  opensHere,
  word,
} from './words.js'

const LEADS =
  /^(?:(?:please|pls|kindly|just|can you|could you|and|then|also) )*(?:(?:make (?:sure|certain)|ensure|see to it|i need|i want|i'd like|have|get|let)(?: that)? )?$/
const GOES =
  /^(?:(?:to|should|must|shall|needs? to|has to|is to|will) )?(?:goes?|gets?|go|arrives?|lands?|reach(?:es)?|makes? it|end(?:s|ing)? up)(?: (?:over|out|across))*(?: (?:to|at|with|in))? $/

/** `see to it that 40 usdc goes to bob.eth`: what is to get there is sent. */
export function readGoes(
  items: readonly Item[],
  index: number,
  kept: Item[],
): Fold | undefined {
  const amount = items[index]
  const token = items[index + 1]
  if (!isCount(amount) || amount === undefined || !isToken(token))
    return undefined
  let at = index + 2
  while (at < index + 8 && !isParty(items[at]) && items[at]?.type === 'word')
    at += 1
  const party = items[at]
  if (!isParty(party) || party === undefined) return undefined
  const said = (some: readonly Item[]) =>
    some.map((item) => `${textOf(item) || '§'} `).join('')
  if (!GOES.test(said(items.slice(index + 2, at)))) return undefined
  let from = kept.length
  while (from > 0 && !opensHere(kept[from - 1]) && kept.length - from < 8)
    from -= 1
  if (!LEADS.test(said(kept.slice(from)))) return undefined
  kept.length = from
  return {
    items: [
      word('send', amount, amount.start),
      amount,
      token,
      word('to', party, party.start),
      party,
    ],
    next: at + 1,
  }
}
