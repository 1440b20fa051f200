import { type Item, textOf } from '../../text/Item.js'
import { CUES } from './cues.js'

/** Where what is left out stands, if a word here leaves something out. */
export function readExclusion(
  items: readonly Item[],
  index: number,
): number | undefined {
  const word = textOf(items[index])
  let at = index + 1
  switch (word) {
    case 'not':
    case 'without':
    case 'avoid':
    case 'avoiding':
    case 'never':
      break
    case 'instead':
    case 'rather':
      if (!/^(?:of|than)$/.test(textOf(items[at]))) return undefined
      at += 1
      break
    case 'anything':
    case 'anywhere':
      if (!/^(?:but|except)$/.test(textOf(items[at]))) return undefined
      at += 1
      break
    case 'apart':
    case 'aside':
      if (textOf(items[at]) !== 'from') return undefined
      at += 1
      break
    case 'but':
    case 'except':
    case 'excluding':
    case 'besides':
      // `all but 0.1 eth` keeps an amount; `except usdc` leaves out a name.
      if (textOf(items[at]) === 'not') at += 1
      else if (
        word === 'but' &&
        !(
          items[at]?.type === 'word' &&
          (items[at] as { senses: { token?: string } }).senses.token !==
            undefined
        )
      )
        return undefined
      break
    default:
      return undefined
  }
  while (
    at < index + 5 &&
    (CUES[textOf(items[at])] !== undefined ||
      /^(?:using|going|touching|the|my|any|for)$/.test(textOf(items[at])))
  )
    at += 1
  const excluded = items[at]
  return excluded?.type === 'word' || excluded?.type === 'name'
    ? at
    : word === 'not' || word === 'instead' || word === 'rather'
      ? at
      : undefined
}
