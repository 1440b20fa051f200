import { type Item, textOf } from '../text/Item.js'
import { foldConnectors } from './borders/foldConnectors.js'
import { type RawClause, segmentSentence } from './segmentSentence.js'

/** No verb is passed over. */
const NONE: ReadonlySet<number> = new Set()

/**
 * Cuts the sentence into clauses, one per verb that orders something.
 *
 * @param said - The items of one or more sentences.
 * @param unread - Where verbs begin that are to be read as plain words.
 */
export function segmentClauses(
  said: readonly Item[],
  unread: ReadonlySet<number> = NONE,
): {
  clauses: RawClause[]
  /** What stands before, between or behind without a verb of its own. */
  loose: Item[]
} {
  const items = foldConnectors(said)
  const clauses: RawClause[] = []
  const loose: Item[] = []
  let sentence = 0
  let begin = 0
  for (let at = 0; at <= items.length; at += 1) {
    const item = items[at]
    if (item !== undefined && item.type !== 'break') continue
    const part = items.slice(begin, at)
    begin = at + 1
    if (part.length === 0) continue
    const found = segmentSentence(part, sentence, unread)
    if (found.length === 0) {
      const last = clauses.at(-1)
      // `Swap 1 ETH to USDC. On Arbitrum. With 1 % slippage.`
      if (last !== undefined && (isAddition(part) || isGoal(part, last)))
        clauses[clauses.length - 1] = {
          ...last,
          items: [...last.items, ...part],
        }
      else loose.push(...part)
    } else clauses.push(...found)
    sentence += 1
  }
  return { clauses, loose }
}

/** `sell 20 uni. into usdc.`: what it is to become, said apart. */
function isGoal(part: readonly Item[], last: RawClause): boolean {
  const [cue, token, ...more] = part
  return (
    /^(?:swap|sell)$/.test(last.sense) &&
    /^(?:for|to|into)$/.test(textOf(cue)) &&
    token?.type === 'word' &&
    token.senses.token !== undefined &&
    more.every((item) =>
      /^(?:please|pls|plz|thanks|ty|,)$/.test(textOf(item)),
    ) &&
    !last.items.some((item) => /^(?:for|to|into|→)$/.test(textOf(item)))
  )
}

function isAddition(part: readonly Item[]): boolean {
  return part.every((item) => {
    if (/^(?:slippage|leverage|conditions|time|symbol)$/.test(item.type))
      return true
    return (
      item.type === 'word' &&
      item.senses.verb === undefined &&
      (item.senses.chain !== undefined ||
        item.senses.venue !== undefined ||
        /^(?:on|using|with|via|in|at|to|through|please|thanks|thx|and|the|network|chain|only|asap|for|from|ty|my|do|it|this|use)$/.test(
          item.text,
        ))
    )
  })
}
