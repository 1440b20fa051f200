import { type Item, textOf } from '../../text/Item.js'
import { endsHere, type Fold, word } from './words.js'

/** Words that say another way what one word says. */
const SAME: readonly (readonly [readonly string[], string])[] = [
  [['in', 'exchange', 'for'], 'for'],
  [['in', 'return', 'for'], 'for'],
  [['in', 'trade', 'for'], 'for'],
  [['outta'], 'from'],
  [['out', 'from'], 'from'],
]

export function readPhrase(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const first = items[index]
  if (first === undefined) return undefined
  // `for a total of 24 times`, `x 20 times`: only how often.
  const total = ['for', 'a', 'total', 'of'].every(
    (each, offset) => textOf(items[index + offset]) === each,
  )
  const skip = total ? 4 : textOf(items[index]) === 'x' && first.spaced ? 1 : 0
  if (
    skip > 0 &&
    items[index + skip]?.type === 'number' &&
    /^(?:times|rounds|occurrences|iterations|runs)$/.test(
      textOf(items[index + skip + 1]),
    )
  )
    return { items: [], next: index + skip }
  // `… and get eth in return`: said already.
  if (
    textOf(first) === 'in' &&
    /^(?:return|exchange)$/.test(textOf(items[index + 1])) &&
    endsHere(items[index + 2])
  )
    return { items: [], next: index + 2 }
  for (const [words, same] of SAME)
    if (words.every((each, offset) => textOf(items[index + offset]) === each)) {
      const last = items[index + words.length - 1]
      return {
        items: [word(same, first, last?.end)],
        next: index + words.length,
      }
    }
  return undefined
}
