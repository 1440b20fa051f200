import { toBps } from '../numbers/readDecimal.js'
import { type Item, textOf } from '../text/Item.js'

const SLIP = /^(?:slippage|slip|slippages|price impact)$/
const PERCENT = /^(?:%|percent|pct|percents|per cent)$/
const POINTS = /^(?:bps|bp|bips|basis)$/
/** Small words between `slippage` and its number. */
const MOST_FILLERS = 6
const LEAD_IN =
  /^(?:with|at|using|and|allow|allowing|max|maximum|of|a|an|up|to|no|not|more|less|than|under|below|keep|keeping|limit|the|set|setting|my|min|at|most|accept|accepting|tolerate|around|about|within|for|<|=|:|,|\(|exceed|exceeding|slightly|tolerance|is|tolerating|cap|capped|be|should|must|only|stays?|remains?|kept|provided|if|while)$/

/** Reads the slippage that was said, and the leverage. */
export function readSlippage(items: readonly Item[]): Item[] {
  const read: Item[] = []
  let index = 0
  while (index < items.length) {
    const item = items[index]
    if (item === undefined) break
    const percent = readPercent(items, index)
    const behind =
      percent === undefined ? undefined : slipBehind(items, percent.next)
    if (percent !== undefined && behind !== undefined) {
      const start = dropLeadIn(read, item.start)
      read.push(slippage(percent, start, endOf(items, behind), item.spaced))
      index = behind
      continue
    }
    if (SLIP.test(textOf(item))) {
      let at = index + 1
      while (
        at < items.length &&
        at < index + 6 &&
        LEAD_IN.test(textOf(items[at]))
      )
        at += 1
      const value = readPercent(items, at) ?? readBare(items, at)
      if (value !== undefined) {
        const start = dropLeadIn(read, item.start)
        let next = value.next
        if (
          /^(?:max|maximum|tolerance|tops|at)$/.test(textOf(items[next])) &&
          (textOf(items[next]) !== 'at' || textOf(items[next + 1]) === 'most')
        )
          next += textOf(items[next]) === 'at' ? 2 : 1
        read.push(slippage(value, start, endOf(items, next), item.spaced))
        index = next
        continue
      }
    }
    const leverage = readLeverage(items, index)
    if (leverage !== undefined) {
      let { start } = item
      const before = read.at(-1)
      if (
        /^(?:with|at|using|on)$/.test(textOf(before)) &&
        before !== undefined
      ) {
        start = before.start
        read.pop()
        if (textOf(read.at(-1)) === 'leverage') read.pop()
      }
      read.push({
        start: leverage.start,
        end: endOf(items, leverage.valueEnd),
        spaced: item.spaced,
        type: 'leverage',
        decimal: leverage.decimal,
      })
      void start
      index = leverage.next
      continue
    }
    read.push(item)
    index += 1
  }
  return read
}

type Value = { percent?: string; bps?: number; next: number }

function readPercent(items: readonly Item[], index: number): Value | undefined {
  const item = items[index]
  if (item?.type === 'number') {
    const unit = textOf(items[index + 1])
    if (PERCENT.test(unit)) return { percent: item.decimal, next: index + 2 }
    if (POINTS.test(unit)) {
      const bps = /^\d{1,5}$/.test(item.decimal)
        ? Number(item.decimal)
        : undefined
      const skip = unit === 'basis' ? 3 : 2
      return bps === undefined
        ? { next: index + skip }
        : { bps, next: index + skip }
    }
    return undefined
  }
  if (
    textOf(item) === 'half' &&
    /^(?:a|of)$/.test(textOf(items[index + 1])) &&
    PERCENT.test(textOf(items[index + 2]))
  )
    return { percent: '0.5', next: index + 3 }
  if (textOf(item) === 'a' && PERCENT.test(textOf(items[index + 1])))
    return { percent: '1', next: index + 2 }
  return undefined
}

/** `slippage 0.5`: beside the word the number can only be a percentage. */
function readBare(items: readonly Item[], index: number): Value | undefined {
  const item = items[index]
  return item?.type === 'number' && items[index + 1]?.type !== 'word'
    ? { percent: item.decimal, next: index + 1 }
    : item?.type === 'number' &&
        !/^(?:usd|dollars|eth)$/.test(textOf(items[index + 1])) &&
        items[index + 1]?.type === 'word' &&
        !(items[index + 1] as { senses?: { token?: string } }).senses?.token
      ? { percent: item.decimal, next: index + 1 }
      : undefined
}

function slipBehind(items: readonly Item[], index: number): number | undefined {
  let at = index
  while (
    at < index + MOST_FILLERS &&
    /^(?:max|maximum|of|the|allowed|total)$/.test(textOf(items[at]))
  )
    at += 1
  if (!SLIP.test(textOf(items[at]))) return undefined
  at += 1
  if (/^(?:tolerance|max|maximum|limit|protection)$/.test(textOf(items[at])))
    at += 1
  return at
}

function endOf(items: readonly Item[], next: number): number {
  return items[next - 1]?.end ?? 0
}

function dropLeadIn(read: Item[], start: number): number {
  let first = start
  for (let count = 0; count < 6; count += 1) {
    const before = read.at(-1)
    if (before === undefined || !LEAD_IN.test(textOf(before))) break
    // A cue that closes another phrase stays: `to usdc for 1 % slippage`.
    first = before.start
    read.pop()
  }
  return first
}

function slippage(
  value: Value,
  _start: number,
  end: number,
  spaced: boolean,
): Item {
  const bps =
    value.bps ??
    (value.percent === undefined ? undefined : toBps(value.percent))
  const range = { start: _start, end, spaced, type: 'slippage' as const }
  if (bps === undefined)
    return {
      ...range,
      problem: {
        reason: 'That slippage is finer than one basis point (0.01 %).',
      },
    }
  if (bps > 10_000)
    return { ...range, problem: { reason: 'Slippage cannot be over 100 %.' } }
  return { ...range, bps }
}

function readLeverage(
  items: readonly Item[],
  index: number,
):
  | { decimal: string; start: number; valueEnd: number; next: number }
  | undefined {
  const item = items[index]
  if (item === undefined) return undefined
  if (textOf(item) === 'leverage') {
    let at = index + 1
    while (
      at < index + MOST_FILLERS &&
      /^(?:of|at|is|to|=|:|with|a)$/.test(textOf(items[at]))
    )
      at += 1
    const value = items[at]
    if (value?.type !== 'number') return undefined
    const times = /^(?:x|times)$/.test(textOf(items[at + 1]))
    const next = items[at + 1]
    // `leverage 10 usdc` names the collateral.
    if (!times && next?.type === 'word' && next.senses.token !== undefined)
      return undefined
    return {
      decimal: value.decimal,
      start: value.start,
      valueEnd: times ? at + 2 : at + 1,
      next: times ? at + 2 : at + 1,
    }
  }
  if (item.type !== 'number') return undefined
  const next = items[index + 1]
  const unit = textOf(next)
  const glued =
    unit === 'x' &&
    (next?.spaced === false || textOf(items[index + 2]) === 'leverage')
  const spelt =
    (unit === 'times' || unit === 'fold') &&
    textOf(items[index + 2]) === 'leverage'
  if (!glued && !spelt) return undefined
  let end = index + 2
  // `5x daily` counts how often.
  if (/^(?:daily|weekly|hourly|a|per|each|every)$/.test(textOf(items[end])))
    return undefined
  const valueEnd = end
  while (/^(?:leverage|leveraged|lev|leveraging)$/.test(textOf(items[end])))
    end += 1
  return { decimal: item.decimal, start: item.start, valueEnd, next: end }
}
