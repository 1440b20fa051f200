import { type Item, textOf } from '../text/Item.js'
import type { TimeUnit } from './TimePart.js'

const UNITS: Readonly<
  Record<string, { ms: number; months: number; unit: TimeUnit; scale: number }>
> = buildUnits()

export function getUnit(item: Item | undefined) {
  const word = textOf(item)
  return item?.type === 'word' && Object.hasOwn(UNITS, word)
    ? UNITS[word]
    : undefined
}

export function splitUnit(
  unit: TimeUnit,
  count: number,
): { count: number; unit: TimeUnit } | undefined {
  const minutes = { minute: 1, hour: 60, day: 1440, week: 10_080, month: 0 }[
    unit
  ]
  if (minutes === 0 || minutes % count !== 0) return undefined
  const each = minutes / count
  if (each % 1440 === 0) return { count: each / 1440, unit: 'day' }
  if (each % 60 === 0) return { count: each / 60, unit: 'hour' }
  return { count: each, unit: 'minute' }
}

function buildUnits() {
  const built: Record<
    string,
    { ms: number; months: number; unit: TimeUnit; scale: number }
  > = {}
  const add = (
    names: string,
    ms: number,
    months: number,
    unit: TimeUnit,
    scale = 1,
  ) => {
    for (const name of names.split(' '))
      built[name] = { ms, months, unit, scale }
  }
  add('minute minutes min mins', 60_000, 0, 'minute')
  add('hour hours hr hrs h', 3_600_000, 0, 'hour')
  add('day days d', 86_400_000, 0, 'day')
  add('week weeks wk wks', 7 * 86_400_000, 0, 'week')
  add('fortnight fortnights', 14 * 86_400_000, 0, 'week', 2)
  add('month months mo mos', 0, 1, 'month')
  add('quarter', 0, 3, 'month', 3)
  add('year years yr yrs', 0, 12, 'month', 12)
  return built
}
