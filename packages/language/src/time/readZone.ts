import { type Item, textOf } from '../text/Item.js'
import type { Point } from './TimePart.js'
import { PLACES, ZONES } from './timeZone.js'

export function readZone(
  items: readonly Item[],
  index: number,
): { point: Point; next: number } | undefined {
  let at = index
  if (textOf(items[at]) === '(') at += 1
  const word = textOf(items[at])
  // `6pm new york time`, `9:00 tokyo time`: `time` tells a zone from a place.
  for (const length of [2, 1]) {
    const name = Array.from({ length }, (_, offset) =>
      textOf(items[at + offset]),
    ).join(' ')
    const place = PLACES[name]
    if (place === undefined) continue
    const behind = at + length
    if (textOf(items[behind]) === 'time')
      return {
        point: { zone: place },
        next: behind + (textOf(items[behind + 1]) === ')' ? 2 : 1),
      }
  }
  if (!Object.hasOwn(ZONES, word)) {
    if (/^(?:my|local|your)$/.test(word)) {
      const rest = /^(?:my|your)$/.test(word) ? at + 1 : at
      if (textOf(items[rest]) === 'time') return { point: {}, next: rest + 1 }
      if (textOf(items[rest]) === 'local' || textOf(items[rest]) === 'timezone')
        return {
          point: {},
          next: rest + (textOf(items[rest + 1]) === 'time' ? 2 : 1),
        }
      if (textOf(items[rest + 1]) === 'time')
        return { point: {}, next: rest + 2 }
    }
    return undefined
  }
  let zone = ZONES[word] ?? 0
  at += 1
  const sign = textOf(items[at])
  const number = items[at + 1]
  if (
    (word === 'utc' || word === 'gmt') &&
    /^[+-]$/.test(sign) &&
    number?.type === 'number' &&
    /^\d{1,2}$/.test(number.decimal)
  ) {
    zone = Number(number.decimal) * (sign === '-' ? -60 : 60)
    at += 2
  }
  if (textOf(items[at]) === ')') at += 1
  if (textOf(items[at]) === 'time') at += 1
  return { point: { zone }, next: at }
}
