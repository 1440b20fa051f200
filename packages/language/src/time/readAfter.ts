import { type Item, textOf } from '../text/Item.js'
import type { Found } from './Found.js'
import { readSpan } from './readSpan.js'
import type { Point } from './TimePart.js'
import type { Day } from './timeZone.js'

/** `in 3 days`, `2 hours from now`, `after an hour`, `within a week`. */
export function readAfter(
  items: readonly Item[],
  index: number,
  _today: Day,
): Found | undefined {
  let at = index
  const cue = textOf(items[at])
  const cued = /^(?:in|after|within|wait)$/.test(cue)
  if (cued) at += 1
  while (
    cued &&
    /^(?:exactly|about|around|roughly|approximately|for|like|another|the|next|precisely|just)$/.test(
      textOf(items[at]),
    )
  )
    at += 1
  const span = readSpan(items, at)
  if (span === undefined) return undefined
  let { next } = span
  const behind = `${textOf(items[next])} ${textOf(items[next + 1])}`
  if (behind === 'from now') next += 2
  else if (behind === 'from today') next += 2
  else if (/^(?:later|hence)(?: |$)/.test(behind)) next += 1
  else if (!cued) return undefined
  else if (/^time(?: |$)/.test(behind)) next += 1
  if (span.problem !== undefined)
    return { part: { problem: span.problem }, next }
  const point: Point = {
    ...(span.months > 0 ? { afterMonths: span.months } : {}),
    ...(span.ms > 0 || span.months === 0 ? { afterMs: span.ms } : {}),
  }
  return {
    part: cue === 'within' ? { until: point } : { at: point },
    next,
  }
}
