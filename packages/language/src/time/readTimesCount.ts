import { type Item, textOf } from '../text/Item.js'
import type { Found } from './Found.js'

/** `5 times`, `twice`, `for 3 rounds`. */
export function readTimesCount(
  items: readonly Item[],
  index: number,
  inside: boolean,
): Found | undefined {
  let at = index
  if (/^(?:for|a|total|of|up|to)$/.test(textOf(items[at]))) at += 1
  const number = items[at]
  if (
    number?.type === 'number' &&
    /^[1-9]\d{0,3}$/.test(number.decimal) &&
    /^(?:times|occurrences|rounds|iterations|repetitions|runs)$/.test(
      textOf(items[at + 1]),
    ) &&
    !/^(?:leverage|more|the)$/.test(textOf(items[at + 2]))
  ) {
    let next = at + 2
    if (/^(?:total|overall)$/.test(textOf(items[next]))) next += 1
    if (textOf(items[next]) === 'in' && textOf(items[next + 1]) === 'total')
      next += 2
    return { part: { times: Number(number.decimal) }, next }
  }
  if (textOf(items[at]) === 'twice' && (inside || at === index))
    return { part: { times: 2 }, next: at + 1 }
  return undefined
}
