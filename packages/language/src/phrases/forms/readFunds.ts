import { type Item, textOf } from '../../text/Item.js'
import {
  endsHere,
  type Fold,
  isToken,
  isVerb,
  NEAR,
  opensHere,
  word,
} from './words.js'

/** `use the usdt for that`, `take it out of my usdc`: what it is paid with. */
export function readFunds(
  items: readonly Item[],
  index: number,
  kept: Item[],
): Fold | undefined {
  const first = items[index] as Item
  if (
    !opensHere(items[index - 1]) ||
    index === 0 ||
    !/^(?:use|spend|pay|take|fund|get)/.test(textOf(first))
  )
    return undefined
  const wants = kept
    .slice(-NEAR)
    .some(
      (item) =>
        (isVerb(item) && /^(?:buy|get)$/.test(item.senses.verb ?? '')) ||
        /^(?:need|want)$/.test(textOf(item)),
    )
  if (!wants) return undefined
  const words = items
    .slice(index, index + 6)
    .map((item) => textOf(item) || '§')
    .join(' ')
  const lead =
    /^(?:use|spend|pay with|pay using|(?:take|pay|fund|get) (?:it|that|them) (?:from|out of|with|using|in))(?: (?:the|my|some|some of my))*(?= )/.exec(
      words,
    )?.[0]
  if (lead === undefined) return undefined
  const at = index + lead.split(' ').length
  const token = items[at]
  if (!isToken(token) || token.senses.verb !== undefined) return undefined
  let next = at + 1
  if (
    /^(?:for|to)$/.test(textOf(items[next])) &&
    /^(?:that|it|this|pay|the)$/.test(textOf(items[next + 1]))
  ) {
    next += 2
    if (/^(?:purchase|payment|trade)$/.test(textOf(items[next]))) next += 1
  }
  if (!endsHere(items[next])) return undefined
  while (kept.at(-1)?.type === 'break' || textOf(kept.at(-1)) === ',')
    kept.pop()
  return { items: [word('with', first), token], next }
}
