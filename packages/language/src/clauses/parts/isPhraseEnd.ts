import { type Item, textOf } from '../../text/Item.js'
import { CUES } from './cues.js'

/** Nothing that a common word could describe follows it. */
export function isPhraseEnd(item: Item | undefined): boolean {
  return (
    item === undefined ||
    (item.type !== 'word' &&
      item.type !== 'number' &&
      item.type !== 'quantity') ||
    CUES[textOf(item)] !== undefined ||
    /^(?:and|then|please|pls|now|asap|or)$/.test(textOf(item))
  )
}
