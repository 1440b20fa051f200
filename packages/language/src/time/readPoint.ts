import { type Item, textOf } from '../text/Item.js'
import { MOST_FILLERS } from './calendarWords.js'
import type { FoundPoint } from './Found.js'
import { readClock } from './readClock.js'
import { readDate } from './readDate.js'
import { readZone } from './readZone.js'
import type { Point } from './TimePart.js'
import type { Day } from './timeZone.js'

export function readPoint(
  items: readonly Item[],
  index: number,
  today: Day,
  cued: boolean,
  atWord = false,
): FoundPoint | undefined {
  const early = readClock(items, index, cued && atWord)
  if (early !== undefined) {
    // `9am tomorrow`, `at noon on friday`
    let at = early.next
    while (
      at < index + MOST_FILLERS &&
      /^(?:on|,|this|of)$/.test(textOf(items[at]))
    ) {
      if (textOf(items[at]) === 'this') break
      at += 1
    }
    const date = readDate(items, at, today, true)
    if (date !== undefined) {
      const zone = readZone(items, date.next)
      return {
        point: { ...date.point, ...early.point, ...zone?.point },
        next: zone?.next ?? date.next,
      }
    }
    return early
  }
  const date = readDate(items, index, today, cued)
  if (date === undefined) return undefined
  let at = date.next
  while (
    /^(?:at|@|,|around|by|about|exactly|in|the|sharp)$/.test(textOf(items[at]))
  ) {
    if (textOf(items[at]) === 'in' && textOf(items[at + 1]) !== 'the') break
    at += 1
  }
  const part = { morning: true, evening: true, afternoon: true, night: true }[
    textOf(items[at])
  ]
  if (part) {
    at += 1
    if (textOf(items[at]) === 'at') at += 1
  }
  const clock = readClock(items, at, at > date.next)
  if (clock !== undefined)
    return {
      ...date,
      point: {
        ...date.point,
        ...(isLate(items, index, at) &&
        !items.slice(at, clock.next).some((item) => textOf(item) === 'am')
          ? toEvening(clock.point)
          : clock.point),
      },
      next: clock.next,
    }
  return part ? { ...date, next: at } : date
}

/** `tonight`, `tomorrow night`: the hour behind it is one of the evening. */
function isLate(items: readonly Item[], from: number, to: number): boolean {
  return items
    .slice(from, to)
    .some((item) => /^(?:tonight|evening|night|afternoon)$/.test(textOf(item)))
}

function toEvening(point: Point): Point {
  return point.clock === undefined || point.clock >= 720 || point.clock === 0
    ? point
    : { ...point, clock: point.clock + 720 }
}
