import { type Item, textOf } from '../text/Item.js'
import { MOST_FILLERS } from './calendarWords.js'
import type { Found } from './Found.js'
import { readAfter } from './readAfter.js'
import { readPoint } from './readPoint.js'
import type { Day } from './timeZone.js'

/** `starting next monday`, `from tomorrow`. */
export function readFrom(
  items: readonly Item[],
  index: number,
  today: Day,
): Found | undefined {
  let at = index
  const cue = textOf(items[at])
  // `between march 10 and march 20`
  if (cue === 'between') {
    const from = readPoint(items, at + 1, today, true)
    const to =
      from !== undefined && /^(?:and|to|-)$/.test(textOf(items[from.next]))
        ? readPoint(items, from.next + 1, today, true)
        : undefined
    return from === undefined || to === undefined
      ? undefined
      : { part: { at: from.point, until: to.point }, next: to.next }
  }
  if (
    !/^(?:starting|beginning|start|begin|from|commencing|effective|as|starts|begins|since)$/.test(
      cue,
    )
  )
    return undefined
  at += 1
  if (cue === 'as' && textOf(items[at]) !== 'of') return undefined
  while (
    at < index + MOST_FILLERS &&
    /^(?:on|at|from|of|in|it|this|off)$/.test(textOf(items[at]))
  ) {
    if (textOf(items[at]) === 'in') break
    at += 1
  }
  if (/^(?:now|immediately|today)$/.test(textOf(items[at]))) {
    let next = at + 1
    if (textOf(items[next]) === 'on') next += 1
    if (textOf(items[at]) !== 'today') return { part: {}, next }
  }
  const after = readAfter(items, at, today)
  if (after?.part.at !== undefined) return after
  const point = readPoint(items, at, today, true)
  if (point === undefined) return undefined
  let { next } = point
  // `from monday to friday`
  if (/^(?:to|until|till|through|-)$/.test(textOf(items[next]))) {
    const end = readPoint(items, next + 1, today, true)
    if (end !== undefined)
      return { part: { at: point.point, until: end.point }, next: end.next }
  }
  if (
    /^(?:on|onwards|onward|forward)$/.test(textOf(items[next])) &&
    cue === 'from'
  )
    next += 1
  return { part: { at: point.point }, next }
}
