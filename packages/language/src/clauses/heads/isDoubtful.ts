import type { Item } from '../../text/Item.js'
import { hasConnector } from '../borders/hasConnector.js'
import type { Head } from './Head.js'

/** A verb that nothing ties to the order before, or that stands like a noun. */
export function isDoubtful(
  items: readonly Item[],
  at: number,
  before: Head | undefined,
): boolean {
  const item = items[at]
  if (item?.type !== 'word') return false
  const previous = items[at - 1]
  if (item.repaired || item.senses.verbForm !== 'base') return true
  if (before === undefined)
    // `max sell …`, `my supply`: the first verb is doubted only as a noun.
    return (
      previous?.type === 'quantity' ||
      (previous?.type === 'word' &&
        (previous.senses.token !== undefined ||
          previous.senses.venue !== undefined ||
          previous.senses.verb !== undefined))
    )
  return !hasConnector(items, before.at + 1, at) || before.at === at - 1
}
