import type { Item } from '../../text/Item.js'
import { readKeep } from './readKeep.js'
import type { Walk } from './Walk.js'

/** `… to usdc, but leave 0.1 eth for gas`: what stays of the whole. */
export function takeKept(walk: Walk, item: Item): boolean {
  const { items, parts } = walk
  const { start } = item

  const kept = readKeep(items, walk.index, undefined)
  if (kept !== undefined && item.type === 'word') {
    const whole = parts.findLastIndex(
      (part) =>
        part.type === 'money' &&
        ((part.amount?.value.kind === 'share' &&
          part.amount.value.bps === 10_000) ||
          // `swap my eth to usdc, keep 0.1`: all that is mine but that.
          (part.amount === undefined &&
            part.possessive === true &&
            part.token !== undefined)),
    )
    const part = parts[whole]
    const unit = items
      .slice(walk.index, kept.next)
      .find((each) => each.type === 'word' && each.senses.token !== undefined)
    const same =
      unit?.type !== 'word' ||
      (part?.type === 'money' && part.token?.symbol === unit.senses.token)
    const number = items
      .slice(walk.index, kept.next)
      .find((each) => each.type === 'number')
    if (part?.type === 'money' && same && number !== undefined)
      parts[whole] = {
        ...part,
        amount: {
          start: number.start,
          end: number.end,
          value: { kind: 'rest', keep: { decimal: kept.decimal } },
        },
      }
    else
      parts.push({
        type: 'problem',
        start,
        end: kept.end,
        problem: { reason: 'How much is to stay, and of what?' },
      })
    walk.index = kept.next
    return true
  }
  return false
}
