import { type Item, textOf } from '../../text/Item.js'
import { hasConnector } from '../borders/hasConnector.js'
import type { Head } from './Head.js'

/** `my usdc should be bridged to base`, `i need 5 dai swapped to eth` */
export function readPassive(
  items: readonly Item[],
  at: number,
  heads: readonly Head[],
): Head | undefined {
  const item = items[at]
  if (item?.type !== 'word' || item.senses.verbForm !== 'past') return undefined
  const sense = item.senses.verb
  const last = heads.at(-1)
  if (
    sense === undefined ||
    /^(?:take|use|save|earn|open|get)$/.test(sense) ||
    (last !== undefined && !hasConnector(items, last.at + 1, at))
  )
    return undefined
  const before = items
    .slice(Math.max(last === undefined ? 0 : last.at + 1, at - 12), at)
    .map((each) => textOf(each))
    .join(' ')
  const be =
    /(?:^| )(?:could|can|should|must|may|that|would) .{0,60} be$/.test(
      before,
    ) ||
    /(?:^| )(?:should|must|to|can|could|shall|needs to|has to|please) (?:all )?(?:be|get)$/.test(
      before,
    )
  const wanted =
    /(?:^| )(?:(?:i|we|me) (?:want|need|would like|would love)|i'd (?:like|love)|wanna have|(?:please|to|you|sure|and|let's|can i|could i|i'll) (?:have|get|see)|^(?:have|get)|gets?|need|want)(?= |$)/.test(
      before,
    ) &&
    !/(?:^| )(?:already|was|were|been|just|not|never|have been|i|we|you|they|he|she)$/.test(
      before,
    )
  if (
    !(be || wanted) ||
    /(?:^| )(?:not|don't|never|didn't)(?: |$)/.test(before)
  )
    return undefined
  return { at, sense, text: item.text, negated: false, passive: true }
}
