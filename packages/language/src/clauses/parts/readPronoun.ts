import { type Item, textOf } from '../../text/Item.js'
import { POOL_NOUN } from './cues.js'
import { countWords, lookahead } from './lookahead.js'

const PRONOUN =
  /^(?:all of (?:it|that|them|this|those)|it all|them all|it|them|that|this|those|these|(?:all (?:of )?)?(?:the |my |those |these )?(?:proceeds|result|results|output|outcome|earnings|resulting tokens?|received tokens?|received amount|swapped tokens?|swapped amount|amount received|amount i get|swapped funds|funds received|converted amount|tokens received|tokens i get|new tokens?|borrowed amount|borrowed funds|withdrawn amount|withdrawn funds|bridged funds|bridged tokens?|bridged amount|resulting amount|result of that|output of that|full amount|same amount|whole thing|whole amount|entire amount|returns|tokens|funds|money|coins|amount))(?= |$)/

const BOTH =
  /^(?:both(?: of (?:them|these|those))?(?: (?:the )?(?:tokens|coins|assets|amounts))?|both the tokens|each of (?:them|these|those)|each)(?= |$)/

export const I_GET =
  /^(?:(?:that |which )?(?:i|you|we) (?:(?:will|would|'ll) )?(?:get|got|receive|received|obtain|obtained|make|made|withdraw|withdrew|borrow|borrowed|claimed|claim|bought|buy|just bought|just got|end up with|earn|swapped|bridged)(?: back)?(?: (?:from|out of|in) (?:it|that|this|the swap|the trade|the bridge|there|the loan|the sale))?|(?:that |which )?(?:it|that|this|the swap|the trade|the sale) (?:gives|gave|will give|returns|yields|pays|produces|leaves|makes)(?: (?:me|us))?(?: back)?|(?:that |which )?(?:comes|come|came) (?:out|back)(?: of (?:it|that|this|there))?)(?= |$)/

const FROM_IT =
  /^(?:from (?:it|that|this|the swap|the trade|the bridge|the sale|the loan|the withdrawal|step \d|above)|received|swapped|bridged|obtained|borrowed|withdrawn|bought|claimed)(?= |$)/

export function readPronoun(
  items: readonly Item[],
  index: number,
  sense: string,
): { pronoun: 'it' | 'both'; next: number } | undefined {
  const item = items[index]
  const said = lookahead(items, index, 8)
  const both = BOTH.exec(said)
  if (both !== null) {
    if (
      both[0] === 'each' &&
      (items[index - 1]?.type !== 'word' || items[index - 1] === undefined) &&
      index > 0
    )
      return undefined
    if (both[0] === 'each' && index > 0) return undefined
    // `both usdc and dai` names them itself.
    const next = items[index + countWords(both[0])]
    if (
      both[0] === 'both' &&
      next?.type === 'word' &&
      next.senses.token !== undefined
    )
      return undefined
    return { pronoun: 'both', next: index + countWords(both[0]) }
  }
  if (item?.type === 'quantity') {
    // `everything i get`, `all of it`
    if (item.quantity.kind === 'share' && item.quantity.bps === 10_000) {
      const after = lookahead(items, index + 1, 8)
      const get = I_GET.exec(after) ?? FROM_IT.exec(after)
      if (get !== null)
        return { pronoun: 'it', next: index + 1 + countWords(get[0]) }
      const pronoun = PRONOUN.exec(after)
      if (
        pronoun !== null &&
        !isNounAhead(items, index + 1 + countWords(pronoun[0]), pronoun[0])
      ) {
        const end = index + 1 + countWords(pronoun[0])
        const behind =
          I_GET.exec(lookahead(items, end, 8)) ??
          FROM_IT.exec(lookahead(items, end, 8))
        return {
          pronoun: 'it',
          next: end + (behind === null ? 0 : countWords(behind[0])),
        }
      }
    }
    return undefined
  }
  if (item?.type !== 'word') return undefined
  const get = /^(?:what|whatever|what ever|however much|the amount) /.test(said)
    ? I_GET.exec(
        lookahead(
          items,
          index +
            (said.startsWith('the ') || said.startsWith('what ever')
              ? 2
              : said.startsWith('however much')
                ? 2
                : 1),
          8,
        ),
      )
    : null
  if (get !== null)
    return {
      pronoun: 'it',
      next:
        index +
        (said.startsWith('the ') ||
        said.startsWith('what ever') ||
        said.startsWith('however much')
          ? 2
          : 1) +
        countWords(get[0]),
    }
  const match = PRONOUN.exec(said)
  if (match === null) return undefined
  const end = index + countWords(match[0])
  // `i want that you …`: a conjunction.
  if (match[0] === 'that' && /^(?:you|u|we|i)$/.test(textOf(items[end])))
    return undefined
  if (isNounAhead(items, end, match[0])) return undefined
  if (
    /^(?:my )?(?:earnings|returns|tokens|coins|funds|money|amount|result)/.test(
      match[0],
    ) &&
    /^(?:claim|withdraw|ask|exit)$/.test(sense)
  )
    return undefined
  if (/^(?:tokens|coins|funds|money|amount|returns|my )/.test(match[0]))
    return undefined
  // `send it all`: the same thing, and no second one.
  const whole = items[end]
  const behindWhole = items[end + 1]
  const all =
    whole?.type === 'quantity' &&
    whole.quantity.kind === 'share' &&
    whole.quantity.bps === 10_000 &&
    !(
      behindWhole?.type === 'word' &&
      (behindWhole.senses.token !== undefined ||
        /^(?:my|the|of)$/.test(behindWhole.text))
    )
      ? 1
      : 0
  const tail =
    I_GET.exec(lookahead(items, end + all, 8)) ??
    FROM_IT.exec(lookahead(items, end + all, 8))
  return {
    pronoun: 'it',
    next: end + all + (tail === null ? 0 : countWords(tail[0])),
  }
}

/** `that usdc`, `this pool`: a determiner and no pronoun. */
function isNounAhead(
  items: readonly Item[],
  index: number,
  matched: string,
): boolean {
  if (!/(?:that|this|those|these)$/.test(matched)) return false
  const next = items[index]
  return (
    next?.type === 'word' &&
    (next.senses.token !== undefined ||
      next.senses.chain !== undefined ||
      next.senses.venue !== undefined ||
      POOL_NOUN.test(next.text) ||
      /^(?:wallet|address|account|amount|chain|network|protocol|position|loan|debt|guy|friend|person)$/.test(
        next.text,
      ))
  )
}
