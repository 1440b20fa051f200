import { type Item, textOf } from '../text/Item.js'
import { getUnit } from './timeUnits.js'

type SpanLength = {
  ms: number
  months: number
  next: number
  problem?: { reason: string }
}

/** `3 days`, `an hour`, `half an hour`, `2 weeks and 3 days`. */
export function readSpan(
  items: readonly Item[],
  index: number,
): SpanLength | undefined {
  const one = readOneSpan(items, index)
  if (one === undefined) return undefined
  let at = one.next
  if (/^(?:and|,)$/.test(textOf(items[at]))) at += 1
  const more = items[at]?.type === 'number' ? readOneSpan(items, at) : undefined
  return more === undefined
    ? one
    : {
        ms: one.ms + more.ms,
        months: one.months + more.months,
        next: more.next,
      }
}

function readOneSpan(
  items: readonly Item[],
  index: number,
): SpanLength | undefined {
  let at = index
  let amount: number | undefined
  const item = items[at]
  if (item?.type === 'number') {
    // `5m` was read as five million.
    const glued = /^(\d{1,4}) m$/.exec(item.text)
    if (glued && getUnit(items[at + 1]) === undefined) return undefined
    amount = Number(item.decimal)
    at += 1
  } else if (/^(?:a|an|one)$/.test(textOf(item))) {
    amount = 1
    at += 1
    if (/^(?:few|couple)$/.test(textOf(items[at]))) {
      let unitAt = at + 1
      if (textOf(items[unitAt]) === 'of') unitAt += 1
      const unit = getUnit(items[unitAt])
      return unit === undefined
        ? undefined
        : {
            ms: 0,
            months: 0,
            next: unitAt + 1,
            problem: { reason: 'How long exactly?' },
          }
    }
  } else if (textOf(item) === 'half') {
    at += 1
    if (/^(?:an|a)$/.test(textOf(items[at]))) at += 1
    amount = 0.5
  } else if (/^(?:few|several|some)$/.test(textOf(item))) {
    const unit = getUnit(items[at + 1])
    return unit === undefined
      ? undefined
      : {
          ms: 0,
          months: 0,
          next: at + 2,
          problem: { reason: 'How long exactly?' },
        }
  }
  if (amount === undefined) return undefined
  if (textOf(items[at]) === '-' && items[at]?.spaced === false) at += 1
  if (/^(?:full|whole|more|business|calendar|trading)$/.test(textOf(items[at])))
    at += 1
  const unit = getUnit(items[at])
  if (unit === undefined) return undefined
  if (unit.months > 0)
    return Number.isInteger(amount * unit.months)
      ? { ms: 0, months: amount * unit.months, next: at + 1 }
      : {
          ms: Math.round(amount * unit.months * 30 * 86_400_000),
          months: 0,
          next: at + 1,
        }
  return { ms: Math.round(amount * unit.ms), months: 0, next: at + 1 }
}

export function readBareUnit(
  items: readonly Item[],
  index: number,
  cued: boolean,
): SpanLength | undefined {
  const unit = getUnit(items[index])
  if (unit === undefined || !cued || textOf(items[index]).length < 3)
    return undefined
  return {
    ms: unit.months > 0 ? 0 : unit.ms,
    months: unit.months,
    next: index + 1,
  }
}
