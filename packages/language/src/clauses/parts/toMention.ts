import { getConfusable } from '../../lexicon/lexicon.js'
import type { Item } from '../../text/Item.js'
import type { NormalisedText } from '../../text/normaliseText.js'
import { verbatim } from '../../text/tagItems.js'
import type { Mention } from '../Part.js'

/** In the writer's own capitals a word is a name: `swap 5 KEY`. */
export function isLoud(said: string): boolean {
  return said.length > 1 && said === said.toUpperCase() && /[A-Z]/.test(said)
}

export function toMention(
  item: Extract<Item, { type: 'word' }>,
  normalised: NormalisedText,
  known: boolean,
): Mention {
  const said = verbatim(normalised, item)
  const symbol = item.senses.token
  const trap = symbol === undefined ? undefined : getConfusable(symbol)
  // In its own capitals the rare one is meant: `swap 5 USDR`.
  if (symbol !== undefined && trap !== undefined && said !== symbol)
    return {
      start: item.start,
      end: item.end,
      symbol,
      known,
      problem: {
        reason: `"${said}" is a token of its own, one letter away from ${trap}.`,
        options: [symbol, trap],
      },
    }
  return {
    start: item.start,
    end: item.end,
    symbol: item.lookalike !== undefined ? said : (item.senses.token ?? said),
    known,
    ...(item.lookalike === undefined
      ? {}
      : {
          problem: {
            reason: `"${said}" has letters of another alphabet that look like "${item.lookalike}".`,
            ...(item.senses.token === undefined
              ? {}
              : { options: [item.senses.token] }),
          },
        }),
  }
}
