import { createTable } from '../text/createTable.js'
import type { Point, TimePart, TimeUnit } from '../time/TimePart.js'
import {
  addDays,
  addMonths,
  type Day,
  getLastDay,
  getWeekday,
} from '../time/timeZone.js'

/** A time phrase of the matching text. */
export type FoundTime = {
  readonly start: number
  readonly end: number
  readonly part: TimePart
}

const WEEKDAYS = '日月火水木金土'
const UNITS: Readonly<
  Record<string, { ms: number; months: number; unit: TimeUnit }>
> = createTable({
  分: { ms: 60_000, months: 0, unit: 'minute' },
  時間: { ms: 3_600_000, months: 0, unit: 'hour' },
  日: { ms: 86_400_000, months: 0, unit: 'day' },
  週間: { ms: 7 * 86_400_000, months: 0, unit: 'week' },
  週: { ms: 7 * 86_400_000, months: 0, unit: 'week' },
  ヶ月: { ms: 0, months: 1, unit: 'month' },
  か月: { ms: 0, months: 1, unit: 'month' },
  カ月: { ms: 0, months: 1, unit: 'month' },
  ケ月: { ms: 0, months: 1, unit: 'month' },
  箇月: { ms: 0, months: 1, unit: 'month' },
  年: { ms: 0, months: 12, unit: 'month' },
})
const UNIT = '(分|時間|日|週間|週|ヶ月|か月|カ月|ケ月|箇月|年)'
const CLOCK =
  '(?:(午前|午後|朝の?|夜の?|夕方の?)?\\s*(\\d{1,2})(?:時(半|\\d{1,2}分)?|:(\\d\\d))|(正午|深夜0時|真夜中))'
const DAY_NAME =
  '(明日|あした|明後日|あさって|今日|本日|今夜|来週(?:の)?([日月火水木金土])曜日?|今週(?:の)?([日月火水木金土])曜日?|次の([日月火水木金土])曜日?|([日月火水木金土])曜日?|来週|来月末|今月末|再来月|来月(?:の)?(?:(\\d{1,2})日)?|(\\d{1,2})月(\\d{1,2})日|(\\d{4})年(\\d{1,2})月(\\d{1,2})日|月末|週末|年末|クリスマス|大晦日|元日)'
const PATTERNS = {
  every: new RegExp(
    `(?:毎(日|朝|晩|夜|週|月|時|時間|年)(?:の)?(?:([日月火水木金土])曜日?|(\\d{1,2})日|(末))?|(\\d{1,3})${UNIT}(?:ごと|毎(?![日週月時年朝晩夜])|おき)(?:に)?|隔(週|日|月)|一?日一回|日に一度)`,
    'uy',
  ),
  often:
    /(\d{1,3})?(日|週間?|ヶ月|か月|カ月|月|時間|分)(に(?:つき)?)?(\d{1,2}|一)(?:回|度|で(?![ぁ-ん])|ペースで|の(?:頻度|ペース)で)(?:の(?:頻度|ペース)で)?(?:だけ|ずつ|、)?/uy,
  someDays:
    /(?:平日|営業日|土日|週末ごと)(?:は|に|の|だけ)?(?:毎日)?|(?:毎週)?[日月火水木金土](?:曜日?)?(?:[・、と,/]\s?[日月火水木金土](?:曜日?)?){1,6}(?=曜|に|の|の?\d|毎)曜?日?/uy,
  slashed:
    /(?:(\d{4})[/])?(\d{1,2})\/(\d{1,2})(?=(?:の)?\s?(?:\d{1,2}(?:時|:)|に|まで|から|午))(?:の|に)?/uy,
  after: new RegExp(`(\\d{1,4})${UNIT}後(?:に|の)?`, 'uy'),
  length: new RegExp(
    `(\\d{1,4})${UNIT}間?(?:にわたって|に渡って|だけ|の間|間|続けて)`,
    'uy',
  ),
  lengthPlain:
    /(\d{1,4})(週間|ヶ月間|か月間|カ月間|日間|年間|時間|(?:年|ヶ月|か月|カ月|日|週)(?=ロック|固定|預))(?!後|ごと|毎|おき|に)/uy,
  times:
    /(?:合計で?|全部で|計|トータルで?|全)?(\d{1,4})回(?:だけ|まで|で|分|限り)?/uy,
  day: new RegExp(
    `${DAY_NAME}(?:の)?(?:${CLOCK})?(まで|から)?(?:に|の)?`,
    'uy',
  ),
  clock: new RegExp(`${CLOCK}(まで|から)?(?:に|の)?`, 'uy'),
}

/** Finds the time phrases of a Japanese sentence, in the order of the text. */
export function readJapaneseTimes(text: string, today: Day): FoundTime[] {
  const found: FoundTime[] = []
  let at = 0
  while (at < text.length) {
    const here = readAt(text, at, today)
    if (here === undefined) at += 1
    else {
      found.push(here)
      at = here.end
    }
  }
  return found
}

function exec(
  pattern: RegExp,
  text: string,
  at: number,
): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function readAt(text: string, at: number, today: Day): FoundTime | undefined {
  const code = text.charCodeAt(at)
  // Only digits and kanji or kana begin a time; Latin letters never do.
  if (!(code >= 48 && code <= 57) && code < 0x3000) return undefined
  if (at > 0 && /[\d.,]/.test(text[at - 1] ?? '') && code <= 57)
    return undefined
  const days = exec(PATTERNS.someDays, text, at)
  if (days !== null)
    return {
      start: at,
      end: at + days[0].length,
      part: {
        problem: {
          reason:
            '一つの予定には一つの間隔か一つの曜日だけ使えます。いつにしますか？',
        },
      },
    }
  const often = exec(PATTERNS.often, text, at)
  const oftenPart = often === null ? undefined : readOften(often)
  if (often !== null && oftenPart !== undefined)
    return { start: at, end: at + often[0].length, part: oftenPart }
  const every = exec(PATTERNS.every, text, at)
  if (every !== null) {
    const part = readEvery(every)
    if (part !== undefined)
      return { start: at, end: at + every[0].length, part }
  }
  const after = exec(PATTERNS.after, text, at)
  if (after !== null) {
    const unit = UNITS[after[2] ?? '']
    const count = Number(after[1])
    if (unit !== undefined)
      return {
        start: at,
        end: at + after[0].length,
        part: {
          at:
            unit.months > 0
              ? { afterMonths: unit.months * count }
              : { afterMs: unit.ms * count },
        },
      }
  }
  const length =
    exec(PATTERNS.length, text, at) ?? exec(PATTERNS.lengthPlain, text, at)
  if (length !== null) {
    const name = (length[2] ?? '').replace(/間$/, '')
    const unit =
      UNITS[length[2] ?? ''] ??
      UNITS[name === '時' ? '時間' : name === '週' ? '週間' : name]
    const count = Number(length[1])
    if (unit !== undefined)
      return {
        start: at,
        end: at + length[0].length,
        part:
          unit.months > 0
            ? { lengthMonths: unit.months * count }
            : { lengthMs: unit.ms * count },
      }
  }
  const times = exec(PATTERNS.times, text, at)
  if (times !== null)
    return {
      start: at,
      end: at + times[0].length,
      part: { times: Number(times[1]) },
    }
  const slashed = exec(PATTERNS.slashed, text, at)
  if (slashed !== null) {
    const [whole, year, month, dayOf] = slashed
    const isDay =
      Number(month) >= 1 &&
      Number(month) <= 12 &&
      Number(dayOf) >= 1 &&
      Number(dayOf) <= 31
    if (isDay) {
      const rest = new RegExp(`(?:${CLOCK})?(まで|から)?(?:に|の)?`, 'uy')
      const behind = exec(rest, text, at + whole.length)
      const clock = readClock(behind?.slice(1) ?? [])
      const point: Point = {
        day:
          year === undefined
            ? yearly(today, Number(month), Number(dayOf))
            : {
                year: Number(year),
                month: Number(month),
                day: Number(dayOf),
              },
        ...(clock === undefined ? {} : { clock }),
      }
      return {
        start: at,
        end: at + whole.length + (behind?.[0].length ?? 0),
        part: behind?.[6] === 'まで' ? { until: point } : { at: point },
      }
    }
  }
  const day = exec(PATTERNS.day, text, at)
  if (day !== null) {
    const point = readDay(day, today)
    if (point !== undefined) {
      const clock = readClock(day.slice(12))
      const isEvening = day[1] === '今夜' && clock !== undefined && clock < 720
      const whole: Point = {
        ...point,
        ...(clock === undefined
          ? {}
          : { clock: isEvening ? clock + 720 : clock }),
      }
      const border = day[17]
      return {
        start: at,
        end: at + day[0].length,
        part: border === 'まで' ? { until: whole } : { at: whole },
      }
    }
  }
  const clock = exec(PATTERNS.clock, text, at)
  if (clock !== null) {
    const minutes = readClock(clock.slice(1))
    if (minutes !== undefined)
      return {
        start: at,
        end: at + clock[0].length,
        part:
          clock[6] === 'まで'
            ? { until: { clock: minutes } }
            : { at: { clock: minutes } },
      }
  }
  return undefined
}

function readEvery(match: RegExpExecArray): TimePart | undefined {
  const [, each, weekday, monthDay, monthEnd, count, unitName, alternate] =
    match
  if (each !== undefined) {
    const unit: TimeUnit =
      each === '週'
        ? 'week'
        : each === '月'
          ? 'month'
          : /^時/.test(each)
            ? 'hour'
            : 'day'
    const count = each === '年' ? 12 : 1
    return {
      every: { count, unit: each === '年' ? 'month' : unit },
      ...(weekday !== undefined && unit === 'week'
        ? { at: { weekday: WEEKDAYS.indexOf(weekday) } }
        : (monthDay !== undefined || monthEnd !== undefined) && unit === 'month'
          ? { at: { monthDay: monthEnd === undefined ? Number(monthDay) : 31 } }
          : {}),
    }
  }
  if (count !== undefined && unitName !== undefined) {
    const unit = UNITS[unitName]
    return unit === undefined
      ? undefined
      : {
          every: {
            count: Number(count) * (unitName === '年' ? 12 : 1),
            unit: unit.unit,
          },
        }
  }
  if (alternate !== undefined)
    return {
      every: {
        count: 2,
        unit:
          alternate === '週' ? 'week' : alternate === '月' ? 'month' : 'day',
      },
    }
  return { every: { count: 1, unit: 'day' } }
}

/** `週に2回`, `3日に1回`, `月1で`: so often in so long. */
function readOften(match: RegExpExecArray): TimePart | undefined {
  const [whole, count, name = '', link, said = ''] = match
  // `12月1で`: a day of a month, and nothing that repeats.
  if (link === undefined && count !== undefined && /で$/.test(whole))
    return undefined
  const times = said === '一' ? 1 : Number(said)
  const span = count === undefined ? 1 : Number(count)
  const unit = UNITS[name === '月' ? 'ヶ月' : name]
  if (unit === undefined || times < 1 || span < 1) return undefined
  if (times === 1) return { every: { count: span, unit: unit.unit } }
  const minutes = (unit.ms / 60_000) * span
  if (minutes === 0 || minutes % times !== 0)
    return { problem: { reason: 'どの間隔で行いますか？' } }
  const gap = minutes / times
  return {
    every:
      gap % 1440 === 0
        ? { count: gap / 1440, unit: 'day' }
        : gap % 60 === 0
          ? { count: gap / 60, unit: 'hour' }
          : { count: gap, unit: 'minute' },
  }
}

function readDay(match: RegExpExecArray, today: Day): Point | undefined {
  const [
    ,
    name = '',
    nextWeek,
    thisWeek,
    coming,
    plain,
    nextMonthDay,
    month,
    dayOf,
    year,
    yearMonth,
    yearDay,
  ] = match
  if (nextWeek !== undefined) {
    const current = (getWeekday(today) + 6) % 7
    const wanted = (WEEKDAYS.indexOf(nextWeek) + 6) % 7
    return { day: addDays(today, 7 - current + wanted) }
  }
  const weekday = thisWeek ?? coming ?? plain
  if (weekday !== undefined) return { weekday: WEEKDAYS.indexOf(weekday) }
  if (year !== undefined)
    return {
      day: {
        year: Number(year),
        month: Number(yearMonth),
        day: Number(yearDay),
      },
    }
  if (month !== undefined)
    return { day: yearly(today, Number(month), Number(dayOf)) }
  if (name.startsWith('来月') && name !== '来月末') {
    const first = addMonths({ ...today, day: 1 }, 1)
    return {
      day:
        nextMonthDay === undefined
          ? first
          : { ...first, day: Number(nextMonthDay) },
    }
  }
  switch (name) {
    case '明日':
    case 'あした':
      return { day: addDays(today, 1) }
    case '明後日':
    case 'あさって':
      return { day: addDays(today, 2) }
    case '今日':
    case '本日':
      return { day: today }
    case '今夜':
      return { day: today, clock: 20 * 60 }
    case '来週':
      return { day: addDays(today, 7 - ((getWeekday(today) + 6) % 7)) }
    case '来月末': {
      const next = addMonths({ ...today, day: 1 }, 1)
      return { day: { ...next, day: getLastDay(next.year, next.month) } }
    }
    case '再来月':
      return { day: addMonths({ ...today, day: 1 }, 2) }
    case '今月末':
    case '月末':
      return { day: { ...today, day: getLastDay(today.year, today.month) } }
    case '週末':
      return { weekday: 6 }
    case '年末':
    case '大晦日':
      return { day: yearly(today, 12, 31) }
    case 'クリスマス':
      return { day: yearly(today, 12, 25) }
    case '元日':
      return { day: yearly(today, 1, 1) }
    default:
      return undefined
  }
}

function yearly(today: Day, month: number, day: number): Day {
  const passed =
    month < today.month || (month === today.month && day < today.day)
  return { year: today.year + (passed ? 1 : 0), month, day }
}

function readClock(
  groups: readonly (string | undefined)[],
): number | undefined {
  const [half, hour, minute, colon, named] = groups
  if (named !== undefined) return named === '正午' ? 720 : 0
  if (hour === undefined) return undefined
  let hours = Number(hour)
  if (hours > 24) return undefined
  const minutes =
    minute === '半'
      ? 30
      : minute !== undefined
        ? Number.parseInt(minute, 10)
        : Number(colon ?? 0)
  if (half !== undefined && /^(?:午後|夜|夕方)/.test(half) && hours < 12)
    hours += 12
  if (half === '午前' && hours === 12) hours = 0
  return (hours % 24) * 60 + minutes
}
