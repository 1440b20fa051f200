import type { Item } from '../../text/Item.js'
import type { Problem } from '../../text/Problem.js'
import { isValidAddress } from '../isValidAddress.js'

/** Reads a recipient or a spender exactly as written. */
export function readParty(
  item: Extract<Item, { type: 'name' | 'address' | 'hex' }>,
): { text: string; problem?: Problem } {
  if (item.type === 'hex')
    return {
      text: item.text,
      problem: {
        reason: `"${item.text.slice(0, 60)}" is not an address: an address has 40 hex digits behind 0x.`,
      },
    }
  if (item.type === 'address')
    return isValidAddress(item.text)
      ? { text: item.text }
      : {
          text: item.text,
          problem: {
            reason: `The checksum of ${item.text} is wrong: a letter may be mistyped.`,
          },
        }
  return item.lookalike === undefined
    ? { text: item.text }
    : {
        text: item.text,
        problem: {
          reason: `"${item.text}" has letters of another alphabet that look like "${item.lookalike}".`,
        },
      }
}
