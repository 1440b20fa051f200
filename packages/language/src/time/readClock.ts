import { createTable } from '../text/createTable.js'
import { type Item, textOf } from '../text/Item.js'
import { MONTHS, ORDINAL } from './calendarWords.js'
import type { FoundPoint } from './Found.js'
import { readZone } from './readZone.js'
import type { Point } from './TimePart.js'
import { getUnit } from './timeUnits.js'
import { ZONES } from './timeZone.js'

/** `9am`, `9:30 pm`, `21:00`, `noon`, `5 o'clock`; `9` only behind `at`. */
export function readClock(
  items: readonly Item[],
  index: number,
  loose: boolean,
): FoundPoint | undefined {
  const item = items[index]
  const word = textOf(item)
  const named = createTable({ noon: 720, midday: 720, midnight: 0 })[word]
  if (named !== undefined) return withZone(items, { clock: named }, index + 1)
  if (item?.type !== 'number' || !/^\d{1,2}(?:\.\d\d)?$/.test(item.text))
    return undefined
  let hours = Number(item.text.split('.')[0])
  let minutes = 0
  let next = index + 1
  let sure = false
  const colon = items[next]
  const after = items[next + 1]
  if (
    textOf(colon) === ':' &&
    colon?.spaced === false &&
    after?.type === 'number' &&
    !after.spaced &&
    /^\d\d$/.test(after.text)
  ) {
    minutes = Number(after.text)
    next += 2
    sure = true
    if (textOf(items[next]) === ':' && items[next + 1]?.type === 'number')
      next += 2
  }
  let half = textOf(items[next])
  if (
    /^[ap]$/.test(half) &&
    textOf(items[next + 1]) === '.' &&
    /^m$/.test(textOf(items[next + 2]))
  ) {
    half = `${half}m`
    next += textOf(items[next + 3]) === '.' ? 3 : 2
  }
  if (/^(?:am|pm|a\.m|p\.m)$/.test(half)) {
    if (hours > 12) return undefined
    if (item.text.includes('.')) minutes = Number(item.text.split('.')[1])
    if (half.startsWith('p') && hours < 12) hours += 12
    if (half.startsWith('a') && hours === 12) hours = 0
    next += 1
    sure = true
  } else if (/^o'clock$/.test(half)) {
    next += 1
    sure = true
  } else if (
    /^(?:h|hrs|hours)$/.test(half) &&
    loose &&
    items[next]?.spaced === false
  ) {
    next += 1
    sure = true
  } else if (Object.hasOwn(ZONES, half) && half.length >= 3 && loose)
    sure = true
  else if (item.text.includes('.')) return undefined
  if (textOf(items[next]) === 'sharp') next += 1
  if (hours > 24 || minutes > 59) return undefined
  if (!sure) {
    const behind = items[next]
    // `tomorrow at 9`: an hour, unless a unit or a token follows.
    if (
      !loose ||
      hours > 23 ||
      behind?.type === 'number' ||
      (behind?.type === 'word' &&
        (behind.senses.token !== undefined ||
          Object.hasOwn(MONTHS, behind.text) ||
          ORDINAL.test(behind.text) ||
          getUnit(behind) !== undefined ||
          /^(?:usd|dollars|gwei|percent|each|x|times|time|rounds|occurrences|iterations|runs)$/.test(
            behind.text,
          ))) ||
      /^[%$]$/.test(textOf(behind))
    )
      return undefined
  }
  return withZone(items, { clock: (hours % 24) * 60 + minutes }, next)
}

function withZone(
  items: readonly Item[],
  point: Point,
  next: number,
): FoundPoint {
  const zone = readZone(items, next)
  return zone === undefined
    ? { point, next }
    : { point: { ...point, ...zone.point }, next: zone.next }
}
