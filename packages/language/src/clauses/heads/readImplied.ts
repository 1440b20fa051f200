import { type Item, textOf } from '../../text/Item.js'
import type { Head } from './Head.js'
import { readHead } from './readHead.js'

/** `swap 1 eth to usdc, then usdc to dai`: the verb is not said again. */
export function readImplied(
  items: readonly Item[],
  at: number,
  heads: readonly Head[],
): Head | undefined {
  const last = heads.at(-1)
  // `get rid of 10 uni, i want eth instead`: what it is to become.
  const wanted = items[at + 1]
  if (
    /^(?:want|need|take)$/.test(textOf(items[at])) &&
    /^(?:i|i'll|we)$/.test(textOf(items[at - 1])) &&
    last !== undefined &&
    /^(?:sell|swap)$/.test(last.sense) &&
    wanted?.type === 'word' &&
    wanted.senses.token !== undefined &&
    wanted.senses.verb === undefined &&
    !items
      .slice(last.at, at)
      .some((item) => /^(?:for|to|into)$/.test(textOf(item)))
  )
    return { at, sense: 'get', text: 'get', negated: false }
  if (
    textOf(items[at]) !== 'then' ||
    last === undefined ||
    !/^(?:swap|sell|bridge|send)$/.test(last.sense)
  )
    return undefined
  const first = items[at + 1]
  const counted = first?.type === 'number' || first?.type === 'quantity'
  if (!counted && !(first?.type === 'word' && first.senses.token !== undefined))
    return undefined
  for (let ahead = at + 1; ahead < at + 8; ahead += 1) {
    const item = items[ahead]
    if (item === undefined || textOf(item) === 'then') return undefined
    if (readHead(items, ahead, heads) !== undefined) return undefined
    if (/^(?:to|for|into)$/.test(textOf(item)) && ahead > at + 1)
      return { at, sense: last.sense, text: last.text, negated: false }
  }
  return undefined
}
