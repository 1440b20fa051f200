import { type Item, textOf } from '../text/Item.js'

/**
 * Reads the least that someone wants out of a trade (`at least 4000 usdt`).
 * The schema has no place for it, so it is asked about and never dropped.
 */
export function readLimits(items: readonly Item[]): Item[] {
  const read: Item[] = []
  let index = 0
  while (index < items.length) {
    const item = items[index]
    if (item === undefined) break
    const stay = readStay(items, index)
    if (stay !== undefined) {
      while (/^(?:and|but|while|,|so|also)$/.test(textOf(read.at(-1))))
        read.pop()
      read.push(stay.item)
      index = stay.next
      continue
    }
    const said = [0, 1, 2, 3]
      .map((offset) => textOf(items[index + offset]) || '§')
      .join(' ')
    const match =
      /^(?:at least|no less than|not less than|(?:a )?minimum(?: of)?|a min of|min of|at minimum|at the least)(?= )/.exec(
        said,
      )
    const at = match === null ? index : index + match[0].split(' ').length
    const number = items[at]
    if (
      match === null ||
      number === undefined ||
      !(
        number?.type === 'number' ||
        (/^[$€]$/.test(textOf(number)) && items[at + 1]?.type === 'number')
      )
    ) {
      read.push(item)
      index += 1
      continue
    }
    let end = number.type === 'number' ? at + 1 : at + 2
    const unit = items[end]
    if (
      unit?.type === 'word' &&
      (unit.senses.token !== undefined ||
        /^(?:usd|dollars|bucks)$/.test(unit.text))
    )
      end += 1
    while (
      /^(?:ensuring|ensure|accepting|accept|expecting|expect|get|receive|receiving|getting|with|for|and|,|make|sure|i|to|guaranteeing|guarantee|a|output|min|return|returns|an|out|of)$/.test(
        textOf(read.at(-1)),
      ) &&
      read.length > 0
    ) {
      // Only what introduces the limit goes with it.
      const last = textOf(read.at(-1))
      if (
        /^(?:for|to|of)$/.test(last) &&
        !/^(?:get|receive|accept)$/.test(textOf(read.at(-2)))
      )
        break
      read.pop()
    }
    read.push({
      type: 'limit',
      start: item.start,
      end: items[end - 1]?.end ?? item.end,
      spaced: item.spaced,
      problem: {
        reason:
          'A least amount to receive cannot be fixed; a limit on the slippage can. How much slippage do you accept at most?',
      },
    })
    index = end
  }
  return read
}

const STAY =
  /^(?:stay|staying|stays|keep|keeping|keeps|remain|remaining|remains|maintain|maintaining|hold|holding|leave|leaving)$/
const BETWEEN =
  /^(?:my|the|a|an|our|it|its|health|factor|hf|ltv|ratio|position|loan|debt|collateral|borrow|borrowing|safe|safely|healthy|well|at|be|is|of|in|on|above|over|below|under|beneath|least|most|around|near|about|up|to|limit|level|than|more|less|higher|lower|>|<|=|≥|≤)$/

/** `… and stay above 1.8`: a bound on what comes after, which has no form. */
function readStay(
  items: readonly Item[],
  index: number,
): { item: Item; next: number } | undefined {
  const first = items[index]
  if (first === undefined || index === 0 || !STAY.test(textOf(first)))
    return undefined
  let at = index + 1
  let bounded = false
  while (at < index + 12 && BETWEEN.test(textOf(items[at]))) {
    if (
      /^(?:above|over|below|under|beneath|least|most|>|<|≥|≤|health|factor|hf|ltv|healthy)$/.test(
        textOf(items[at]),
      )
    )
      bounded = true
    at += 1
  }
  if (!bounded || items[at]?.type !== 'number') return undefined
  at += 1
  if (/^(?:%|percent|pct|x)$/.test(textOf(items[at]))) at += 1
  return {
    next: at,
    item: {
      type: 'limit',
      slot: 'when',
      start: first.start,
      end: items[at - 1]?.end ?? first.end,
      spaced: first.spaced,
      problem: {
        reason:
          'A bound to keep afterwards cannot be promised. Should this wait for a condition instead, or is the amount small enough?',
      },
    },
  }
}
