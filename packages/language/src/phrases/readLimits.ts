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
