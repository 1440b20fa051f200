import { type Item, textOf } from '../../text/Item.js'
import { isToken, word } from './words.js'

/** `swap 1 eth against usdc`: for what, where nothing is pledged. */
export function foldAgainst(items: readonly Item[]): readonly Item[] {
  return items.map((item, index) =>
    textOf(item) === 'against' &&
    isToken(items[index - 1]) &&
    isToken(items[index + 1]) &&
    /^(?:swap|exchange|trade|sell|convert)$/.test(
      textOf(
        items
          .slice(Math.max(0, index - 8), index)
          .findLast(
            (before) =>
              before.type === 'break' ||
              (before.type === 'word' && before.senses.verb !== undefined),
          ),
      ),
    )
      ? word('for', item)
      : item,
  )
}
