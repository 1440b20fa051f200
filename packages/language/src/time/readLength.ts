import { type Item, textOf } from '../text/Item.js'
import type { Found } from './Found.js'
import { readBareUnit, readSpan } from './readSpan.js'

/** `for 2 weeks`, `over the next month`. */
export function readLength(
  items: readonly Item[],
  index: number,
): Found | undefined {
  if (!/^(?:for|over|during|throughout)$/.test(textOf(items[index])))
    return undefined
  let at = index + 1
  while (
    /^(?:the|next|another|a|period|of|course|total|exactly|about|following|span|coming|at|least|full|whole)$/.test(
      textOf(items[at]),
    ) &&
    readSpan(items, at) === undefined
  )
    at += 1
  const span = readSpan(items, at) ?? readBareUnit(items, at, at > index + 1)
  if (span === undefined) return undefined
  if (span.problem !== undefined)
    return { part: { problem: span.problem }, next: span.next }
  return {
    part: {
      ...(span.ms > 0 ? { lengthMs: span.ms } : {}),
      ...(span.months > 0 ? { lengthMonths: span.months } : {}),
    },
    next: span.next,
  }
}
