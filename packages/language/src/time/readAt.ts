import { type Item, textOf } from '../text/Item.js'
import { MOST_FILLERS } from './calendarWords.js'
import type { Found } from './Found.js'
import { readPoint } from './readPoint.js'
import type { Day } from './timeZone.js'

/** `tomorrow at 9am`, `on friday`, `at 21:00 cet`, `dec 25`. */
export function readAt(
  items: readonly Item[],
  index: number,
  today: Day,
  inside: boolean,
): Found | undefined {
  let at = index
  let cued = inside
  if (/^(?:on|at|by|around|@|this|come|sometime)$/.test(textOf(items[at]))) {
    cued = cued || /^(?:on|come)$/.test(textOf(items[at]))
    if (textOf(items[at]) !== 'this') at += 1
  }
  while (
    at > index &&
    at < index + MOST_FILLERS &&
    /^(?:exactly|around|about|roughly|the|precisely|approximately|on)$/.test(
      textOf(items[at]),
    )
  )
    at += 1
  const point = readPoint(items, at, today, cued, at > index)
  return point === undefined
    ? undefined
    : {
        part: {
          at: point.point,
          ...(point.problem ? { problem: point.problem } : {}),
        },
        next: point.next,
      }
}
