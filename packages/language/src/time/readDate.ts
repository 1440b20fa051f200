import { createTable } from '../text/createTable.js'
import { type Item, textOf } from '../text/Item.js'
import { getWeekdayName, HOLIDAYS, MONTHS, ORDINAL } from './calendarWords.js'
import type { FoundPoint } from './Found.js'
import {
  addDays,
  addMonths,
  type Day,
  getLastDay,
  getWeekday,
} from './timeZone.js'

export function readDate(
  items: readonly Item[],
  index: number,
  today: Day,
  cued: boolean,
): FoundPoint | undefined {
  let at = index
  const word = textOf(items[at])
  const two = `${word} ${textOf(items[at + 1])}`
  const three = `${two} ${textOf(items[at + 2])}`
  const four = `${three} ${textOf(items[at + 3])}`
  const day = (value: Day, next: number): FoundPoint => ({
    point: { day: value },
    next,
  })
  if (three === 'day after tomorrow') return day(addDays(today, 2), at + 3)
  if (four === 'the day after tomorrow') return day(addDays(today, 2), at + 4)
  if (
    /^(?:tomorrow|tmrw|tmr|tomorow|tommorow|tommorrow|tmw|2morrow|tomoz)$/.test(
      word,
    )
  )
    return day(addDays(today, 1), at + 1)
  if (word === 'today') return day(today, at + 1)
  // `at the weekend`, `over the weekend`
  if (
    word === 'weekend' &&
    /^(?:the|at|over|on|by)$/.test(textOf(items[index - 1]))
  )
    return day(addDays(today, (6 - getWeekday(today) + 7) % 7), at + 1)
  // `before the weekend`
  if (word === 'the' && textOf(items[at + 1]) === 'weekend')
    return day(addDays(today, (6 - getWeekday(today) + 7) % 7), at + 2)
  if (word === 'tonight' || two === 'this evening')
    return {
      point: { day: today, clock: 20 * 60 },
      next: at + (word === 'tonight' ? 1 : 2),
    }
  if (/^(?:eod|eow|eom|eoy)$/.test(word))
    return endOf(
      today,
      createTable({ eod: 'day', eow: 'week', eom: 'month', eoy: 'year' })[
        word
      ] ?? 'day',
      at + 1,
    )
  const endMatch =
    /^(?:the )?(?:end|last day) of (?:the |this |next )?(day|week|month|year|weekend)(?= |$)/.exec(
      [0, 1, 2, 3, 4].map((offset) => textOf(items[at + offset])).join(' '),
    )
  if (endMatch)
    return endOf(
      today,
      endMatch[1] ?? 'day',
      at + endMatch[0].split(' ').length,
    )
  if (
    /^(?:next|this|coming|upcoming|following)$/.test(word) ||
    (word === 'the' &&
      /^(?:next|coming|following)$/.test(textOf(items[at + 1])))
  ) {
    if (word === 'the') at += 1
    const which = textOf(items[at])
    const name = textOf(items[at + 1])
    const weekday = getWeekdayName(items[at + 1], true)
    if (weekday !== undefined) {
      if (which === 'next') {
        const current = (getWeekday(today) + 6) % 7
        const wanted = (weekday + 6) % 7
        return day(addDays(today, 7 - current + wanted), at + 2)
      }
      return { point: { weekday }, next: at + 2 }
    }
    if (which === 'next') {
      if (name === 'week')
        return day(addDays(today, 7 - ((getWeekday(today) + 6) % 7)), at + 2)
      if (name === 'month') {
        const next = addMonths({ ...today, day: 1 }, 1)
        return day(next, at + 2)
      }
      if (name === 'year')
        return day({ year: today.year + 1, month: 1, day: 1 }, at + 2)
      if (name === 'weekend')
        return day(
          addDays(today, 6 - ((getWeekday(today) + 6) % 7) + 6),
          at + 2,
        )
    }
    if (which === 'this' && name === 'weekend')
      return day(addDays(today, (6 - getWeekday(today) + 7) % 7), at + 2)
    if (which === 'this' && /^(?:morning|afternoon)$/.test(name))
      return day(today, at + 2)
    const month = MONTHS[name]
    if (month === undefined) return undefined
    at += 1
  }
  for (const [length, name] of [
    [3, three],
    [2, two],
    [1, word],
  ] as const) {
    const holiday = Object.hasOwn(HOLIDAYS, name) ? HOLIDAYS[name] : undefined
    if (holiday !== undefined && (cued || length > 1 || word.length > 4))
      return day(nextYearly(today, holiday[0], holiday[1]), at + length)
  }
  const weekday = getWeekdayName(items[at], cued)
  if (weekday !== undefined && (cued || textOf(items[at]).length > 4))
    return { point: { weekday }, next: at + 1 }
  // `dec 25th, 2026`
  const month = Object.hasOwn(MONTHS, textOf(items[at]))
    ? MONTHS[textOf(items[at])]
    : undefined
  const number = items[at + 1]
  if (
    month !== undefined &&
    number?.type === 'number' &&
    /^\d{1,2}$/.test(number.text)
  ) {
    let next = at + 2
    if (ORDINAL.test(textOf(items[next]))) next += 1
    return withYear(items, next, today, month, Number(number.text))
  }
  if (
    month !== undefined &&
    cued &&
    textOf(items[at]).length > 3 &&
    textOf(items[at]) !== 'may' &&
    textOf(items[at]) !== 'march'
  )
    return day(nextYearly(today, month, 1), at + 1)
  if (word === 'the' && items[at + 1]?.type === 'number') at += 1
  const first = items[at]
  if (first?.type === 'number') {
    // `2026-12-25`
    const second = items[at + 2]
    const third = items[at + 4]
    if (
      /^\d{4}$/.test(first.text) &&
      /^[-/.]$/.test(textOf(items[at + 1])) &&
      second?.type === 'number' &&
      /^[-/.]$/.test(textOf(items[at + 3])) &&
      third?.type === 'number'
    ) {
      let next = at + 5
      // `2026-03-10T14:00:00Z`: the hour is glued to its letter.
      const hour = /^t(\d\d)$/.exec(textOf(items[next]))?.[1]
      const minute = items[next + 2]
      if (
        hour !== undefined &&
        textOf(items[next + 1]) === ':' &&
        minute?.type === 'number' &&
        /^\d\d$/.test(minute.text)
      ) {
        next += 3
        if (textOf(items[next]) === ':' && items[next + 1]?.type === 'number')
          next += 2
        const utc = textOf(items[next]) === 'z'
        return {
          point: {
            day: {
              year: Number(first.text),
              month: Number(second.text),
              day: Number(third.text),
            },
            clock: Number(hour) * 60 + Number(minute.text),
            ...(utc ? { zone: 0 } : {}),
          },
          next: utc ? next + 1 : next,
        }
      }
      if (textOf(items[next]) === 't' && items[next]?.spaced === false)
        next += 1
      return day(
        {
          year: Number(first.text),
          month: Number(second.text),
          day: Number(third.text),
        },
        next,
      )
    }
    // `12/25/2026`: which is the month is a guess, unless one is over twelve.
    const slashed = /^(\d{1,2}) \/ (\d{1,2})$/.exec(first.text)
    if (slashed && (cued || textOf(items[at + 1]) === '/')) {
      const one = Number(slashed[1])
      const other = Number(slashed[2])
      let next = at + 1
      let year = today.year
      const last = items[at + 2]
      const given = textOf(items[at + 1]) === '/' && last?.type === 'number'
      if (given) {
        year = Number(last.text) + (last.text.length === 2 ? 2000 : 0)
        next = at + 3
      }
      if (one <= 12 && other <= 12 && one !== other)
        return {
          point: {},
          next,
          problem: {
            reason: `"${slashed[1]}/${slashed[2]}" can be two dates. Which is the month?`,
          },
        }
      const [monthOf, dayOf] = one > 12 ? [other, one] : [one, other]
      return day(
        given
          ? { year, month: monthOf, day: dayOf }
          : nextYearly(today, monthOf, dayOf),
        next,
      )
    }
    if (/^\d{1,2}$/.test(first.text)) {
      let next = at + 1
      const ordinal = ORDINAL.test(textOf(items[next]))
      if (ordinal) next += 1
      if (textOf(items[next]) === 'of') next += 1
      const name = textOf(items[next])
      const named = Object.hasOwn(MONTHS, name) ? MONTHS[name] : undefined
      if (named !== undefined && (ordinal || name.length > 3 || cued))
        return withYear(items, next + 1, today, named, Number(first.text))
      if (ordinal && cued) {
        let after = at + 2
        if (textOf(items[after]) === 'of') {
          after += 1
          if (/^(?:the|this|next)$/.test(textOf(items[after]))) after += 1
          if (/^month$/.test(textOf(items[after]))) after += 1
          else return undefined
        }
        return { point: { monthDay: Number(first.text) }, next: after }
      }
    }
  }
  return undefined
}

function withYear(
  items: readonly Item[],
  index: number,
  today: Day,
  month: number,
  dayOf: number,
): FoundPoint | undefined {
  if (dayOf < 1 || dayOf > 31) return undefined
  let at = index
  if (textOf(items[at]) === ',') at += 1
  const year = items[at]
  if (year?.type === 'number' && /^20\d\d$/.test(year.text))
    return {
      point: { day: { year: Number(year.text), month, day: dayOf } },
      next: at + 1,
    }
  return { point: { day: nextYearly(today, month, dayOf) }, next: index }
}

function nextYearly(today: Day, month: number, day: number): Day {
  const passed =
    month < today.month || (month === today.month && day < today.day)
  return { year: today.year + (passed ? 1 : 0), month, day }
}

function endOf(today: Day, unit: string, next: number): FoundPoint {
  const clock = 23 * 60 + 59
  if (unit === 'week' || unit === 'weekend')
    return {
      point: { day: addDays(today, (7 - getWeekday(today)) % 7), clock },
      next,
    }
  if (unit === 'month')
    return {
      point: {
        day: { ...today, day: getLastDay(today.year, today.month) },
        clock,
      },
      next,
    }
  if (unit === 'year')
    return {
      point: { day: { year: today.year, month: 12, day: 31 }, clock },
      next,
    }
  return { point: { day: today, clock }, next }
}
