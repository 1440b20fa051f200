import { type Item, textOf } from '../text/Item.js'
import { MOST_FILLERS } from './calendarWords.js'
import type { Found } from './Found.js'
import { readPoint } from './readPoint.js'
import type { Day } from './timeZone.js'

/** `until christmas`, `by friday`, `till the end of the month`. */
export function readUntil(
  items: readonly Item[],
  index: number,
  today: Day,
): Found | undefined {
  let at = index
  const cue = textOf(items[at])
  if (
    /^(?:until|till|til|through|thru|by|before|ending|ends|end|stopping|stop|untill|up)$/.test(
      cue,
    )
  )
    at += 1
  else return undefined
  if (cue === 'up' && !/^(?:to|until|till)$/.test(textOf(items[at])))
    return undefined
  while (
    at < index + MOST_FILLERS &&
    /^(?:on|at|until|till|to|by)$/.test(textOf(items[at]))
  )
    at += 1
  const point = readPoint(items, at, today, true)
  if (point !== undefined)
    return {
      // `wait till monday`, `not before friday`: from then on.
      part:
        /^(?:wait|hold|not|nothing|waiting|hold off)$/.test(
          textOf(items[index - 1]),
        ) && /^(?:until|till|til|before|untill)$/.test(cue)
          ? { at: point.point }
          : { until: point.point },
      next: point.next,
    }
  if (
    /^(?:further|i|told|notice)$/.test(textOf(items[at])) &&
    /^(?:until|till|til)$/.test(cue)
  ) {
    const rest = [
      textOf(items[at]),
      textOf(items[at + 1]),
      textOf(items[at + 2]),
    ].join(' ')
    if (rest.startsWith('further notice')) return { part: {}, next: at + 2 }
    if (
      rest.startsWith('i say stop') ||
      rest.startsWith('i say so') ||
      rest.startsWith('i stop it') ||
      rest.startsWith('i tell you')
    )
      return { part: {}, next: at + 3 }
  }
  return undefined
}
