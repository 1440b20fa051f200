import { type Item, textOf } from '../../text/Item.js'
import { isCount, isVerb, word } from './words.js'

/** `settle my usdc loan in full`: all of it, said behind what it is all of. */
export function foldWhole(items: readonly Item[]): readonly Item[] {
  const at = items.findIndex(
    (item, index) =>
      textOf(item) === 'in' && textOf(items[index + 1]) === 'full',
  )
  const cue = items[at]
  const full = items[at + 1]
  if (cue === undefined || full === undefined) return items
  let verb = at - 1
  while (verb >= 0 && !isVerb(items[verb]) && items[verb]?.type !== 'break')
    verb -= 1
  const said = items.slice(verb + 1, at)
  const whose = said.findIndex((item) =>
    /^(?:my|the|our|this|that)$/.test(textOf(item)),
  )
  if (!isVerb(items[verb]) || whose < 0) return items
  const rest = items.slice(at + 2)
  // `repay 50 of my loan in full`: a number says how much, whatever follows.
  return said.some(isCount)
    ? [...items.slice(0, at), ...rest]
    : [
        ...items.slice(0, verb + 1 + whose),
        word('all', cue, full.end),
        ...items.slice(verb + 1 + whose, at),
        ...rest,
      ]
}
