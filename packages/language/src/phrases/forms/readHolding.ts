import { type Item, textOf } from '../../text/Item.js'
import { type Fold, opensHere, word } from './words.js'

/** `don't do it before gas is under 9 gwei, but then: …`: when it may be done. */
export function readHolding(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const first = items[index] as Item
  if (/^(?:but|and)$/.test(textOf(first))) {
    // `…, but then: …`
    return textOf(items[index + 1]) === 'then' &&
      /^[:,]$/.test(textOf(items[index + 2]))
      ? { items: [word('then', first)], next: index + 3 }
      : undefined
  }
  const words = items
    .slice(index, index + 6)
    .map((item) => textOf(item) || '§')
    .join(' ')
  const held =
    /^(?:don't|dont|do not|never) (?:do|execute|run|fire|touch|start|make|move) (?:it|this|that|anything) (?:before|until|till|unless)(?= )/.exec(
      words,
    )?.[0]
  if (held === undefined || !opensHere(items[index - 1])) return undefined
  return {
    items: [word('when', first)],
    next: index + held.split(' ').length,
  }
}
