import { type Item, textOf } from '../../text/Item.js'
import { endsHere, type Fold, isToken, isVerb, NEAR, word } from './words.js'

const FINE =
  /^(?:(?:is|would be|will be|should be|'s|sounds|works|seems) (?:fine|ok|okay|good|great|perfect|preferred|alright|cool|best|what i want)|works|preferred|please|pls|plz|will do|instead|if possible)(?= |$)/

/** `get rid of 10 link, usdc is fine`: what one would like to have for it. */
export function readPreferred(
  items: readonly Item[],
  index: number,
  kept: readonly Item[],
): Fold | undefined {
  const token = items[index]
  const before = items[index - 1]
  if (
    !isToken(token) ||
    !(before?.type === 'break' || /^(?:,|-|;)$/.test(textOf(before)))
  )
    return undefined
  const near = kept.slice(-NEAR)
  const verb = near.findLast((item) => isVerb(item))
  if (!isVerb(verb) || !/^(?:sell|swap)$/.test(verb.senses.verb ?? ''))
    return undefined
  const said = near.slice(near.lastIndexOf(verb) + 1)
  if (
    said.some((item) => /^(?:to|for|into|→)$/.test(textOf(item))) ||
    said.some((item) => isToken(item) && item.text === token.text)
  )
    return undefined
  const behind = items
    .slice(index + 1, index + 5)
    .map((item) => textOf(item) || '§')
    .join(' ')
  const fine = FINE.exec(behind)?.[0]
  if (fine === undefined) return undefined
  const next = index + 1 + fine.split(' ').length
  return endsHere(items[next])
    ? { items: [word('for', token, token.start), token], next }
    : undefined
}
