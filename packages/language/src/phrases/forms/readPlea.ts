import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isCount, isVerb, opensHere } from './words.js'

const PLEADS = /^(?:please|pls|plz|plss|kindly|wanna|gotta)$/
const ASKED = /^(?:can|could|will|would|pls|please|plz)$/

/** `pls sent 33 usdc`, `can u swaped 1 eth`: an order in another form. */
export function readPlea(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const verb = items[index]
  if (
    !isVerb(verb) ||
    verb.senses.verbForm === 'base' ||
    !/^(?:swap|sell|buy|bridge|send|lend|stake|unstake|withdraw|borrow|repay|deposit)$/.test(
      verb.senses.verb ?? '',
    )
  )
    return undefined
  const next = items[index + 1]
  if (
    !isCount(next) &&
    textOf(next) !== '$' &&
    !/^(?:my|all|half|the)$/.test(textOf(next))
  )
    return undefined
  const before = textOf(items[index - 1])
  const pleads =
    PLEADS.test(before) ||
    (before === 'to' && PLEADS.test(textOf(items[index - 2]))) ||
    (/^(?:u|you|me)$/.test(before) && ASKED.test(textOf(items[index - 2]))) ||
    // `sent 5 usdc to bob.eth pls`
    (opensHere(items[index - 1]) &&
      items
        .slice(index, index + 14)
        .some((item) => /^(?:please|pls|plz)$/.test(textOf(item))))
  return pleads
    ? {
        items: [{ ...verb, senses: { ...verb.senses, verbForm: 'base' } }],
        next: index + 1,
      }
    : undefined
}
