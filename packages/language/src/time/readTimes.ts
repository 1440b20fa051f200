import { type Item, textOf } from '../text/Item.js'
import type { Found } from './Found.js'
import { readAfter } from './readAfter.js'
import { readAt } from './readAt.js'
import { readFrom } from './readFrom.js'
import { readLength } from './readLength.js'
import { readRecurrence } from './readRecurrence.js'
import { readTimesCount } from './readTimesCount.js'
import { readUntil } from './readUntil.js'
import { type Day, toLocal } from './timeZone.js'

/**
 * Reads recurrence, dates, clock times and durations, and puts one item in the
 * place of each run of them. Nothing else of the sentence is looked at, so a
 * token called SUN behind an amount stays a token.
 */
export function readTimes(
  items: readonly Item[],
  context: { readonly now: string; readonly timeZone: string },
): Item[] {
  const today = toLocal(Date.parse(context.now), context.timeZone).day
  const read: Item[] = []
  let index = 0
  while (index < items.length) {
    const item = items[index]
    if (item === undefined) break
    const found = canStart(item)
      ? readPhrase(items, index, today, false)
      : undefined
    if (found === undefined) {
      read.push(item)
      index += 1
      continue
    }
    const parts = [found.part]
    let { next } = found
    for (;;) {
      let at = next
      const joint = textOf(items[at])
      if (joint === ',' || joint === 'and' || joint === '-' || joint === '(')
        at += 1
      const more = readPhrase(items, at, today, true)
      if (more === undefined) break
      parts.push(more.part)
      next = more.next
    }
    read.push({
      start: item.start,
      end: items[next - 1]?.end ?? item.end,
      spaced: item.spaced,
      type: 'time',
      parts,
    })
    index = next
  }
  return read
}

function canStart(item: Item): boolean {
  return (
    item.type === 'word' ||
    item.type === 'number' ||
    (item.type === 'symbol' && /^[@/]$/.test(item.text))
  )
}

function readPhrase(
  items: readonly Item[],
  index: number,
  today: Day,
  inside: boolean,
): Found | undefined {
  return (
    readRecurrence(items, index) ??
    readTimesCount(items, index, inside) ??
    readAfter(items, index, today) ??
    readLength(items, index) ??
    readUntil(items, index, today) ??
    readFrom(items, index, today) ??
    readAt(items, index, today, inside)
  )
}
