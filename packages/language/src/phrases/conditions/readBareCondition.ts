import { type Item, textOf } from '../../text/Item.js'
import type { NormalisedText } from '../../text/normaliseText.js'
import { readAll } from './readAll.js'
import { GAS } from './readSubject.js'

/** `gas under 25 gwei → …`, `…, gas < 20`: a comparison that nothing opens. */
export function readBareCondition(
  items: readonly Item[],
  index: number,
  normalised: NormalisedText,
): { item: Item; next: number } | undefined {
  const item = items[index]
  const before = items[index - 1]
  const first = before === undefined || before.type === 'break'
  if (!first && !/^(?:,|;|\()$/.test(textOf(before))) return undefined
  if (item?.type !== 'word' || item.senses.verb !== undefined) return undefined
  // Only what can be measured stands here: gas, or the price of a token.
  const measures =
    GAS.test(item.text) ||
    (item.senses.token !== undefined && !item.senses.tokenWeak) ||
    /^(?:price|health|apy|my|the)$/.test(item.text)
  if (!measures) return undefined
  const found = readAll(items, index, normalised, false, true)
  const only = found?.conditions[0]
  if (
    found === undefined ||
    only === undefined ||
    only.condition.comparator === '==' ||
    only.bare ||
    (only.condition.subject.kind === 'price' &&
      only.condition.subject.token === undefined)
  )
    return undefined
  const behind = items[found.next]
  const mark = textOf(behind)
  const ends = first
    ? /^(?:→|:|,|then|;|\?)$/.test(mark) ||
      (/^[-=]$/.test(mark) && textOf(items[found.next + 1]) === '>')
    : behind === undefined ||
      behind.type === 'break' ||
      /^(?:,|only|please|pls|\))$/.test(mark)
  if (!ends) return undefined
  let next = found.next
  if (/^[-=]$/.test(mark)) next += 2
  else if (first && /^(?:→|:)$/.test(mark)) next += 1
  return {
    next,
    item: {
      start: item.start,
      end: items[found.next - 1]?.end ?? item.end,
      spaced: item.spaced,
      type: 'conditions',
      conditions: found.conditions,
    },
  }
}
