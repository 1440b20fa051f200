import { createTable } from '../text/createTable.js'
import { type Item, textOf } from '../text/Item.js'
import {
  getWeekdayName,
  MOST_FILLERS,
  ORDINAL,
  WEEKDAYS,
} from './calendarWords.js'
import type { Found } from './Found.js'
import type { TimeUnit } from './TimePart.js'
import { getUnit, splitUnit } from './timeUnits.js'

/** `every day`, `every other week`, `each monday`, `daily`, `twice a day`. */
export function readRecurrence(
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
