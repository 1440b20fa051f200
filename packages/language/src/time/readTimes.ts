// One file because it is one grammar: every phrase may stand inside another.
import { createTable } from '../text/createTable.js'
import { type Item, textOf } from '../text/Item.js'
import type { Point, TimePart, TimeUnit } from './TimePart.js'
import {
  addDays,
  addMonths,
  type Day,
  getLastDay,
  getWeekday,
  PLACES,
  toLocal,
  ZONES,
} from './timeZone.js'

const WEEKDAYS: Readonly<Record<string, number>> = createTable({
  sunday: 0,
  sundays: 0,
  monday: 1,
  mondays: 1,
  tuesday: 2,
  tuesdays: 2,
  wednesday: 3,
  wednesdays: 3,
  thursday: 4,
  thursdays: 4,
  friday: 5,
  fridays: 5,
  saturday: 6,
  saturdays: 6,
})
const SHORT_WEEKDAYS: Readonly<Record<string, number>> = createTable({
  sun: 0,
  mon: 1,
  tue: 2,
  tues: 2,
  wed: 3,
  weds: 3,
  thu: 4,
  thur: 4,
  thurs: 4,
  fri: 5,
  sat: 6,
})
const MONTHS: Readonly<Record<string, number>> = createTable({
  january: 1,
  jan: 1,
  february: 2,
  feb: 2,
  march: 3,
  mar: 3,
  april: 4,
  apr: 4,
  may: 5,
  june: 6,
  jun: 6,
  july: 7,
  jul: 7,
  august: 8,
  aug: 8,
  september: 9,
  sep: 9,
  sept: 9,
  october: 10,
  oct: 10,
  november: 11,
  nov: 11,
  december: 12,
  dec: 12,
})
const UNITS: Readonly<
  Record<string, { ms: number; months: number; unit: TimeUnit; scale: number }>
> = buildUnits()
const HOLIDAYS: Readonly<Record<string, readonly [number, number]>> =
  createTable({
    christmas: [12, 25],
    xmas: [12, 25],
    'christmas day': [12, 25],
    'christmas eve': [12, 24],
    "new year's eve": [12, 31],
    'new years eve': [12, 31],
    nye: [12, 31],
    "new year's day": [1, 1],
    "new year's": [1, 1],
    'new year': [1, 1],
    'new years': [1, 1],
    halloween: [10, 31],
    "valentine's day": [2, 14],
    'valentines day': [2, 14],
    "valentine's": [2, 14],
    valentines: [2, 14],
    'independence day': [7, 4],
  })

/** A number that says which day of the month: `5th`, `1st`. */
const ORDINAL = /^(?:st|nd|rd|th)$/

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

/** Small words between a cue and its time; more say nothing and cost time. */
const MOST_FILLERS = 8

function canStart(item: Item): boolean {
  return (
    item.type === 'word' ||
    item.type === 'number' ||
    (item.type === 'symbol' && /^[@/]$/.test(item.text))
  )
}

type Found = { readonly part: TimePart; readonly next: number }

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

/** `every day`, `every other week`, `each monday`, `daily`, `twice a day`. */
function readRecurrence(
  items: readonly Item[],
  index: number,
): Found | undefined {
  let at = index
  const word = textOf(items[at])
  const adverbs: Readonly<Record<string, readonly [number, TimeUnit]>> = {
    daily: [1, 'day'],
    everyday: [1, 'day'],
    nightly: [1, 'day'],
    weekly: [1, 'week'],
    monthly: [1, 'month'],
    hourly: [1, 'hour'],
    quarterly: [3, 'month'],
    fortnightly: [2, 'week'],
    yearly: [12, 'month'],
    annually: [12, 'month'],
  }
  const adverb = Object.hasOwn(adverbs, word) ? adverbs[word] : undefined
  if (adverb !== undefined)
    return {
      part: { every: { count: adverb[0], unit: adverb[1] } },
      next: at + 1,
    }
  if (
    word === 'biweekly' ||
    (word === 'bi' &&
      /^(?:-)$/.test(textOf(items[at + 1])) &&
      textOf(items[at + 2]) === 'weekly')
  )
    return {
      part: {
        problem: {
          reason: 'Biweekly can be twice a week or every two weeks. Which one?',
        },
      },
      next: word === 'biweekly' ? at + 1 : at + 3,
    }
  if (word === 'on' && textOf(items[at + 1]) === 'a') {
    const basis = textOf(items[at + 2])
    const each = Object.hasOwn(adverbs, basis) ? adverbs[basis] : undefined
    if (each !== undefined && textOf(items[at + 3]) === 'basis')
      return {
        part: { every: { count: each[0], unit: each[1] } },
        next: at + 4,
      }
  }
  // `twice a day`, `3 times per week`, `once every 2 days`
  const often = readOften(items, at)
  const adverbial = { daily: 'day', weekly: 'week', hourly: 'hour' }[
    textOf(items[often?.next ?? -1])
  ] as 'day' | 'week' | 'hour' | undefined
  if (often !== undefined && adverbial !== undefined) {
    const split =
      often.count === 1
        ? { count: 1, unit: adverbial }
        : splitUnit(adverbial, often.count)
    return {
      part:
        split === undefined
          ? {
              problem: {
                reason: `${often.count} times a ${adverbial} is no even rhythm. How far apart?`,
              },
            }
          : { every: split },
      next: often.next + 1,
    }
  }
  if (often !== undefined) {
    const divider = textOf(items[often.next])
    if (/^(?:a|per|each|every)$/.test(divider)) {
      let behind = often.next + 1
      let count = 1
      const number = items[behind]
      if (
        divider === 'every' &&
        number?.type === 'number' &&
        /^\d{1,4}$/.test(number.decimal)
      ) {
        count = Number(number.decimal)
        behind += 1
      }
      if (textOf(items[behind]) === 'single') behind += 1
      const unit = getUnit(items[behind])
      if (unit !== undefined) {
        if (often.count === 1)
          return {
            part: { every: { count: count * unit.scale, unit: unit.unit } },
            next: behind + 1,
          }
        const split = splitUnit(unit.unit, often.count)
        return {
          part:
            split === undefined
              ? {
                  problem: {
                    reason: `${often.count} times a ${unit.unit} is no even rhythm. How far apart?`,
                  },
                }
              : { every: split },
          next: behind + 1,
        }
      }
    }
  }
  // `on weekdays`, `every weekend`
  const on = /^(?:on|every|each)$/.test(word) ? at + 1 : at
  if (
    on > at &&
    /^(?:weekdays?|weekends?|workdays?|business|working)$/.test(
      textOf(items[on]),
    ) &&
    (textOf(items[on]).length > 8 || /s$/.test(textOf(items[on])) || on > at)
  )
    return {
      part: {
        problem: {
          reason:
            'One schedule has one day of the week. Say each day as an order of its own.',
        },
      },
      next:
        on + 1 + (/^(?:days?|mornings?)$/.test(textOf(items[on + 1])) ? 1 : 0),
    }
  if (word === 'on' && /^(?:every|each)$/.test(textOf(items[at + 1]))) at += 1
  if (
    word === 'on' &&
    Object.hasOwn(WEEKDAYS, textOf(items[at + 1])) &&
    textOf(items[at + 1]).endsWith('s') &&
    /^(?:,|and|&|or)$/.test(textOf(items[at + 2])) &&
    Object.hasOwn(WEEKDAYS, textOf(items[at + 3]))
  ) {
    let next = at + 4
    while (
      /^(?:,|and|&|or)$/.test(textOf(items[next])) &&
      Object.hasOwn(WEEKDAYS, textOf(items[next + 1]))
    )
      next += 2
    return {
      part: {
        problem: {
          reason:
            'One schedule has one day of the week. Say each day as an order of its own.',
        },
      },
      next,
    }
  }
  if (
    word === 'on' &&
    Object.hasOwn(WEEKDAYS, textOf(items[at + 1])) &&
    textOf(items[at + 1]).endsWith('s')
  ) {
    return {
      part: {
        every: { count: 1, unit: 'week' },
        at: { weekday: WEEKDAYS[textOf(items[at + 1])] ?? 0 },
      },
      next: at + 2,
    }
  }
  // `at the end of each month`, `on the last day of every month`
  const close = /^(?:at|on|by|the|very|end|close|last)$/.test(textOf(items[at]))
    ? /^(?:(?:at|on|by) )?(?:the )?(?:very )?(?:end|close|last day) of (?:each|every) month(?= |$)/.exec(
        Array.from({ length: 8 }, (_, offset) => textOf(items[at + offset]))
          .join(' ')
          .trim(),
      )
    : null
  if (close !== null)
    return {
      part: { every: { count: 1, unit: 'month' }, at: { monthDay: 31 } },
      next: at + close[0].split(' ').length,
    }
  // `10 usdc a day`, `10 usdc/day`
  const counted = items[at - 1]
  if (
    (textOf(items[at]) === 'a' || textOf(items[at]) === '/') &&
    /^(?:hour|day|week|month)$/.test(textOf(items[at + 1])) &&
    (counted?.type === 'number' ||
      counted?.type === 'quantity' ||
      (counted?.type === 'word' &&
        (counted.senses.token !== undefined ||
          /^(?:dollars?|bucks?|usd|euros?)$/.test(counted.text))))
  )
    return {
      part: {
        every: {
          count: 1,
          unit: textOf(items[at + 1]) as 'hour' | 'day' | 'week' | 'month',
        },
      },
      next: at + 2,
    }
  // `on the 1st of every month`
  if (/^(?:on|the|every|each)$/.test(textOf(items[at]))) {
    let day = at
    while (
      day < at + MOST_FILLERS &&
      /^(?:on|the|every|each)$/.test(textOf(items[day]))
    )
      day += 1
    const number = items[day]
    // `on the first (day) of every month`
    if (
      /^(?:first|1st)$/.test(textOf(number)) &&
      /^of (?:every|each|the) months?$/.test(
        [1, 2, 3]
          .map((offset) =>
            textOf(
              items[day + offset + (textOf(items[day + 1]) === 'day' ? 1 : 0)],
            ),
          )
          .join(' '),
      )
    )
      return {
        part: { every: { count: 1, unit: 'month' }, at: { monthDay: 1 } },
        next: day + 4 + (textOf(items[day + 1]) === 'day' ? 1 : 0),
      }
    // `every 1st`, `each 15th`
    if (
      number?.type === 'number' &&
      ORDINAL.test(textOf(items[day + 1])) &&
      /^(?:every|each)$/.test(textOf(items[at])) &&
      textOf(items[day + 2]) !== 'of' &&
      getUnit(items[day + 2]) === undefined
    )
      return {
        part: {
          every: { count: 1, unit: 'month' },
          at: { monthDay: Number(number.decimal) },
        },
        next: day + 2,
      }
    if (
      number?.type === 'number' &&
      ORDINAL.test(textOf(items[day + 1])) &&
      textOf(items[day + 2]) === 'of' &&
      (/^(?:every|each)$/.test(textOf(items[day + 3])) ||
        /^(?:every|each)$/.test(textOf(items[at])))
    ) {
      let month = day + 3
      while (
        month < day + MOST_FILLERS &&
        /^(?:every|each|the)$/.test(textOf(items[month]))
      )
        month += 1
      if (/^months?$/.test(textOf(items[month])))
        return {
          part: {
            every: { count: 1, unit: 'month' },
            at: { monthDay: Number(number.decimal) },
          },
          next: month + 1,
        }
    }
  }
  if (!/^(?:every|each|per|evry|ever)$/.test(textOf(items[at])))
    return undefined
  const per = textOf(items[at]) === 'per'
  at += 1
  if (textOf(items[at]) === 'single') at += 1
  let count = 1
  const said = items[at]
  if (/^(?:other|second|alternate)$/.test(textOf(said))) {
    count = 2
    at += 1
  } else if (textOf(said) === 'third') {
    count = 3
    at += 1
  } else if (textOf(said) === 'few' || textOf(said) === 'couple') {
    let unitAt = at + 1
    if (textOf(items[unitAt]) === 'of') unitAt += 1
    if (getUnit(items[unitAt]) === undefined) return undefined
    return {
      part: { problem: { reason: 'How often exactly?' } },
      next: unitAt + 1,
    }
  } else if (
    textOf(said) === 'half' &&
    /^(?:an|a|-)$/.test(textOf(items[at + 1])) &&
    textOf(items[at + 2]) === 'hour'
  )
    return { part: { every: { count: 30, unit: 'minute' } }, next: at + 3 }
  else if (textOf(said) === 'half' && textOf(items[at + 1]) === 'hour')
    return { part: { every: { count: 30, unit: 'minute' } }, next: at + 2 }
  else if (said?.type === 'number') {
    // `every 5m` reads as five million until the unit is looked at.
    const glued = /^(\d{1,4}) m$/.exec(said.text)
    if (glued)
      return {
        part: { every: { count: Number(glued[1]), unit: 'minute' } },
        next: at + 1,
      }
    if (!/^\d{1,4}$/.test(said.decimal)) {
      const unit = getUnit(items[at + 1])
      if (unit === undefined || per) return undefined
      const minutes = Number(said.decimal) * (unit.ms / 60_000)
      return Number.isInteger(minutes) && minutes > 0 && unit.months === 0
        ? { part: { every: { count: minutes, unit: 'minute' } }, next: at + 2 }
        : { part: { problem: { reason: 'How often exactly?' } }, next: at + 2 }
    }
    if (ORDINAL.test(textOf(items[at + 1]))) {
      // `every 2nd day`, `every 15th of the month`
      if (
        textOf(items[at + 2]) === 'of' ||
        getUnit(items[at + 2]) === undefined
      ) {
        let month = at + 2
        while (
          month < at + MOST_FILLERS &&
          /^(?:of|the|a)$/.test(textOf(items[month]))
        )
          month += 1
        if (/^months?$/.test(textOf(items[month])))
          return {
            part: {
              every: { count: 1, unit: 'month' },
              at: { monthDay: Number(said.decimal) },
            },
            next: month + 1,
          }
        return undefined
      }
      count = Number(said.decimal)
      at += 2
    } else {
      count = Number(said.decimal)
      at += 1
    }
  }
  const weekday = getWeekdayName(items[at], true)
  if (weekday !== undefined) {
    let next = at + 1
    const more: number[] = []
    while (
      /^(?:,|and|&)$/.test(textOf(items[next])) &&
      getWeekdayName(items[next + 1], true) !== undefined
    ) {
      more.push(getWeekdayName(items[next + 1], true) ?? 0)
      next += 2
    }
    if (more.length > 0)
      return {
        part: {
          problem: {
            reason: 'Only one day of the week per schedule. Which one?',
          },
        },
        next,
      }
    return {
      part: { every: { count, unit: 'week' }, at: { weekday } },
      next,
    }
  }
  const word2 = textOf(items[at])
  if (/^(?:morning|evening|night|afternoon|noon|midnight)$/.test(word2)) {
    const clock = { noon: 720, midnight: 0 }[word2]
    return {
      part: {
        every: { count, unit: 'day' },
        ...(clock === undefined ? {} : { at: { clock } }),
      },
      next: at + 1,
    }
  }
  if (/^(?:weekday|weekdays|weekend|weekends|business)$/.test(word2))
    return {
      part: { problem: { reason: 'Which day of the week?' } },
      next: word2 === 'business' ? at + 2 : at + 1,
    }
  const unit = getUnit(items[at])
  if (unit === undefined || count === 0) return undefined
  // `per day` beside an amount is a rhythm as well; `per token` is not.
  return {
    part: { every: { count: count * unit.scale, unit: unit.unit } },
    next: at + 1,
  }
}

function readOften(
  items: readonly Item[],
  index: number,
): { count: number; next: number } | undefined {
  const word = textOf(items[index])
  const fixed = createTable({ once: 1, twice: 2, thrice: 3 })[word]
  if (fixed !== undefined) return { count: fixed, next: index + 1 }
  const number = items[index]
  if (
    number?.type === 'number' &&
    /^\d{1,4}$/.test(number.decimal) &&
    /^(?:times|time|x)$/.test(textOf(items[index + 1]))
  )
    return { count: Number(number.decimal), next: index + 2 }
  return undefined
}

/** `5 times`, `twice`, `for 3 rounds`. */
function readTimesCount(
  items: readonly Item[],
  index: number,
  inside: boolean,
): Found | undefined {
  let at = index
  if (/^(?:for|a|total|of|up|to)$/.test(textOf(items[at]))) at += 1
  const number = items[at]
  if (
    number?.type === 'number' &&
    /^[1-9]\d{0,3}$/.test(number.decimal) &&
    /^(?:times|occurrences|rounds|iterations|repetitions|runs)$/.test(
      textOf(items[at + 1]),
    ) &&
    !/^(?:leverage|more|the)$/.test(textOf(items[at + 2]))
  ) {
    let next = at + 2
    if (/^(?:total|overall)$/.test(textOf(items[next]))) next += 1
    if (textOf(items[next]) === 'in' && textOf(items[next + 1]) === 'total')
      next += 2
    return { part: { times: Number(number.decimal) }, next }
  }
  if (textOf(items[at]) === 'twice' && (inside || at === index))
    return { part: { times: 2 }, next: at + 1 }
  return undefined
}

/** `in 3 days`, `2 hours from now`, `after an hour`, `within a week`. */
function readAfter(
  items: readonly Item[],
  index: number,
  _today: Day,
): Found | undefined {
  let at = index
  const cue = textOf(items[at])
  const cued = /^(?:in|after|within|wait)$/.test(cue)
  if (cued) at += 1
  while (
    cued &&
    /^(?:exactly|about|around|roughly|approximately|for|like|another|the|next|precisely|just)$/.test(
      textOf(items[at]),
    )
  )
    at += 1
  const span = readSpan(items, at)
  if (span === undefined) return undefined
  let { next } = span
  const behind = `${textOf(items[next])} ${textOf(items[next + 1])}`
  if (behind === 'from now') next += 2
  else if (behind === 'from today') next += 2
  else if (/^(?:later|hence)(?: |$)/.test(behind)) next += 1
  else if (!cued) return undefined
  else if (/^time(?: |$)/.test(behind)) next += 1
  if (span.problem !== undefined)
    return { part: { problem: span.problem }, next }
  const point: Point = {
    ...(span.months > 0 ? { afterMonths: span.months } : {}),
    ...(span.ms > 0 || span.months === 0 ? { afterMs: span.ms } : {}),
  }
  return {
    part: cue === 'within' ? { until: point } : { at: point },
    next,
  }
}

/** `for 2 weeks`, `over the next month`. */
function readLength(items: readonly Item[], index: number): Found | undefined {
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

/** `until christmas`, `by friday`, `till the end of the month`. */
function readUntil(
  items: readonly Item[],
  index: number,
  today: Day,
): Found | undefined {
  let at = index
  const cue = textOf(items[at])
  if (
    /^(?:until|till|til|through|thru|by|before|ending|ends|end|stopping|stop|untill|up)$/.test(
      cue,
    )
  )
    at += 1
  else return undefined
  if (cue === 'up' && !/^(?:to|until|till)$/.test(textOf(items[at])))
    return undefined
  while (
    at < index + MOST_FILLERS &&
    /^(?:on|at|until|till|to|by)$/.test(textOf(items[at]))
  )
    at += 1
  const point = readPoint(items, at, today, true)
  if (point !== undefined)
    return { part: { until: point.point }, next: point.next }
  if (
    /^(?:further|i|told|notice)$/.test(textOf(items[at])) &&
    /^(?:until|till|til)$/.test(cue)
  ) {
    const rest = [
      textOf(items[at]),
      textOf(items[at + 1]),
      textOf(items[at + 2]),
    ].join(' ')
    if (rest.startsWith('further notice')) return { part: {}, next: at + 2 }
    if (
      rest.startsWith('i say stop') ||
      rest.startsWith('i say so') ||
      rest.startsWith('i stop it') ||
      rest.startsWith('i tell you')
    )
      return { part: {}, next: at + 3 }
  }
  return undefined
}

/** `starting next monday`, `from tomorrow`. */
function readFrom(
  items: readonly Item[],
  index: number,
  today: Day,
): Found | undefined {
  let at = index
  const cue = textOf(items[at])
  // `between march 10 and march 20`
  if (cue === 'between') {
    const from = readPoint(items, at + 1, today, true)
    const to =
      from !== undefined && /^(?:and|to|-)$/.test(textOf(items[from.next]))
        ? readPoint(items, from.next + 1, today, true)
        : undefined
    return from === undefined || to === undefined
      ? undefined
      : { part: { at: from.point, until: to.point }, next: to.next }
  }
  if (
    !/^(?:starting|beginning|start|begin|from|commencing|effective|as|starts|begins|since)$/.test(
      cue,
    )
  )
    return undefined
  at += 1
  if (cue === 'as' && textOf(items[at]) !== 'of') return undefined
  while (
    at < index + MOST_FILLERS &&
    /^(?:on|at|from|of|in|it|this|off)$/.test(textOf(items[at]))
  ) {
    if (textOf(items[at]) === 'in') break
    at += 1
  }
  if (/^(?:now|immediately|today)$/.test(textOf(items[at]))) {
    let next = at + 1
    if (textOf(items[next]) === 'on') next += 1
    if (textOf(items[at]) !== 'today') return { part: {}, next }
  }
  const after = readAfter(items, at, today)
  if (after?.part.at !== undefined) return after
  const point = readPoint(items, at, today, true)
  if (point === undefined) return undefined
  let { next } = point
  // `from monday to friday`
  if (/^(?:to|until|till|through|-)$/.test(textOf(items[next]))) {
    const end = readPoint(items, next + 1, today, true)
    if (end !== undefined)
      return { part: { at: point.point, until: end.point }, next: end.next }
  }
  if (
    /^(?:on|onwards|onward|forward)$/.test(textOf(items[next])) &&
    cue === 'from'
  )
    next += 1
  return { part: { at: point.point }, next }
}

/** `tomorrow at 9am`, `on friday`, `at 21:00 cet`, `dec 25`. */
function readAt(
  items: readonly Item[],
  index: number,
  today: Day,
  inside: boolean,
): Found | undefined {
  let at = index
  let cued = inside
  if (/^(?:on|at|by|around|@|this|come|sometime)$/.test(textOf(items[at]))) {
    cued = cued || /^(?:on|come)$/.test(textOf(items[at]))
    if (textOf(items[at]) !== 'this') at += 1
  }
  while (
    at > index &&
    at < index + MOST_FILLERS &&
    /^(?:exactly|around|about|roughly|the|precisely|approximately|on)$/.test(
      textOf(items[at]),
    )
  )
    at += 1
  const point = readPoint(items, at, today, cued, at > index)
  return point === undefined
    ? undefined
    : {
        part: {
          at: point.point,
          ...(point.problem ? { problem: point.problem } : {}),
        },
        next: point.next,
      }
}

type FoundPoint = {
  readonly point: Point
  readonly next: number
  readonly problem?: { reason: string; options?: readonly string[] }
}

function readPoint(
  items: readonly Item[],
  index: number,
  today: Day,
  cued: boolean,
  atWord = false,
): FoundPoint | undefined {
  const early = readClock(items, index, cued && atWord)
  if (early !== undefined) {
    // `9am tomorrow`, `at noon on friday`
    let at = early.next
    while (
      at < index + MOST_FILLERS &&
      /^(?:on|,|this|of)$/.test(textOf(items[at]))
    ) {
      if (textOf(items[at]) === 'this') break
      at += 1
    }
    const date = readDate(items, at, today, true)
    if (date !== undefined) {
      const zone = readZone(items, date.next)
      return {
        point: { ...date.point, ...early.point, ...zone?.point },
        next: zone?.next ?? date.next,
      }
    }
    return early
  }
  const date = readDate(items, index, today, cued)
  if (date === undefined) return undefined
  let at = date.next
  while (
    /^(?:at|@|,|around|by|about|exactly|in|the|sharp)$/.test(textOf(items[at]))
  ) {
    if (textOf(items[at]) === 'in' && textOf(items[at + 1]) !== 'the') break
    at += 1
  }
  const part = { morning: true, evening: true, afternoon: true, night: true }[
    textOf(items[at])
  ]
  if (part) {
    at += 1
    if (textOf(items[at]) === 'at') at += 1
  }
  const clock = readClock(items, at, at > date.next)
  if (clock !== undefined)
    return {
      ...date,
      point: { ...date.point, ...clock.point },
      next: clock.next,
    }
  return part ? { ...date, next: at } : date
}

/** `9am`, `9:30 pm`, `21:00`, `noon`, `5 o'clock`; `9` only behind `at`. */
function readClock(
  items: readonly Item[],
  index: number,
  loose: boolean,
): FoundPoint | undefined {
  const item = items[index]
  const word = textOf(item)
  const named = createTable({ noon: 720, midday: 720, midnight: 0 })[word]
  if (named !== undefined) return withZone(items, { clock: named }, index + 1)
  if (item?.type !== 'number' || !/^\d{1,2}(?:\.\d\d)?$/.test(item.text))
    return undefined
  let hours = Number(item.text.split('.')[0])
  let minutes = 0
  let next = index + 1
  let sure = false
  const colon = items[next]
  const after = items[next + 1]
  if (
    textOf(colon) === ':' &&
    colon?.spaced === false &&
    after?.type === 'number' &&
    !after.spaced &&
    /^\d\d$/.test(after.text)
  ) {
    minutes = Number(after.text)
    next += 2
    sure = true
    if (textOf(items[next]) === ':' && items[next + 1]?.type === 'number')
      next += 2
  }
  let half = textOf(items[next])
  if (
    /^[ap]$/.test(half) &&
    textOf(items[next + 1]) === '.' &&
    /^m$/.test(textOf(items[next + 2]))
  ) {
    half = `${half}m`
    next += textOf(items[next + 3]) === '.' ? 3 : 2
  }
  if (/^(?:am|pm|a\.m|p\.m)$/.test(half)) {
    if (hours > 12) return undefined
    if (item.text.includes('.')) minutes = Number(item.text.split('.')[1])
    if (half.startsWith('p') && hours < 12) hours += 12
    if (half.startsWith('a') && hours === 12) hours = 0
    next += 1
    sure = true
  } else if (/^o'clock$/.test(half)) {
    next += 1
    sure = true
  } else if (
    /^(?:h|hrs|hours)$/.test(half) &&
    loose &&
    items[next]?.spaced === false
  ) {
    next += 1
    sure = true
  } else if (Object.hasOwn(ZONES, half) && half.length >= 3 && loose)
    sure = true
  else if (item.text.includes('.')) return undefined
  if (textOf(items[next]) === 'sharp') next += 1
  if (hours > 24 || minutes > 59) return undefined
  if (!sure) {
    const behind = items[next]
    // `tomorrow at 9`: an hour, unless a unit or a token follows.
    if (
      !loose ||
      hours > 23 ||
      behind?.type === 'number' ||
      (behind?.type === 'word' &&
        (behind.senses.token !== undefined ||
          Object.hasOwn(MONTHS, behind.text) ||
          ORDINAL.test(behind.text) ||
          getUnit(behind) !== undefined ||
          /^(?:usd|dollars|gwei|percent|each|x|times|time|rounds|occurrences|iterations|runs)$/.test(
            behind.text,
          ))) ||
      /^[%$]$/.test(textOf(behind))
    )
      return undefined
  }
  return withZone(items, { clock: (hours % 24) * 60 + minutes }, next)
}

function withZone(
  items: readonly Item[],
  point: Point,
  next: number,
): FoundPoint {
  const zone = readZone(items, next)
  return zone === undefined
    ? { point, next }
    : { point: { ...point, ...zone.point }, next: zone.next }
}

function readZone(
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

function readDate(
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

type SpanLength = {
  ms: number
  months: number
  next: number
  problem?: { reason: string }
}

/** `3 days`, `an hour`, `half an hour`, `2 weeks and 3 days`. */
function readSpan(
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

function readBareUnit(
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

function getUnit(item: Item | undefined) {
  const word = textOf(item)
  return item?.type === 'word' && Object.hasOwn(UNITS, word)
    ? UNITS[word]
    : undefined
}

function getWeekdayName(
  item: Item | undefined,
  cued: boolean,
): number | undefined {
  const word = textOf(item)
  if (item?.type !== 'word') return undefined
  if (Object.hasOwn(WEEKDAYS, word)) return WEEKDAYS[word]
  return cued && Object.hasOwn(SHORT_WEEKDAYS, word)
    ? SHORT_WEEKDAYS[word]
    : undefined
}

function splitUnit(
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
