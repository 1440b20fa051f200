import { createTable } from '../text/createTable.js'
/** A day of the calendar, with no time zone. Months count from 1. */
export type Day = {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** An IANA name, or minutes east of UTC. */
export type Zone = string | number

const formatters = new Map<string, Intl.DateTimeFormat>()

/** Abbreviations that people write behind a time, in minutes east of UTC. */
export const ZONES: Readonly<Record<string, Zone>> = createTable({
  utc: 0,
  gmt: 0,
  z: 0,
  cet: 60,
  cest: 120,
  eet: 120,
  eest: 180,
  wet: 0,
  bst: 60,
  msk: 180,
  est: -300,
  edt: -240,
  et: 'America/New_York',
  eastern: 'America/New_York',
  cst: -360,
  cdt: -300,
  ct: 'America/Chicago',
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  pt: 'America/Los_Angeles',
  pacific: 'America/Los_Angeles',
  jst: 540,
  kst: 540,
  sgt: 480,
  hkt: 480,
  ist: 330,
  aest: 600,
  aedt: 660,
})

/** Places whose time people name: `6pm tokyo time`. */
export const PLACES: Readonly<Record<string, string>> = createTable({
  tokyo: 'Asia/Tokyo',
  japan: 'Asia/Tokyo',
  seoul: 'Asia/Seoul',
  korea: 'Asia/Seoul',
  singapore: 'Asia/Singapore',
  'hong kong': 'Asia/Hong_Kong',
  shanghai: 'Asia/Shanghai',
  beijing: 'Asia/Shanghai',
  china: 'Asia/Shanghai',
  dubai: 'Asia/Dubai',
  mumbai: 'Asia/Kolkata',
  delhi: 'Asia/Kolkata',
  india: 'Asia/Kolkata',
  bangkok: 'Asia/Bangkok',
  jakarta: 'Asia/Jakarta',
  sydney: 'Australia/Sydney',
  melbourne: 'Australia/Melbourne',
  london: 'Europe/London',
  uk: 'Europe/London',
  lisbon: 'Europe/Lisbon',
  paris: 'Europe/Paris',
  berlin: 'Europe/Berlin',
  madrid: 'Europe/Madrid',
  rome: 'Europe/Rome',
  amsterdam: 'Europe/Amsterdam',
  vienna: 'Europe/Vienna',
  zurich: 'Europe/Zurich',
  'central european': 'Europe/Berlin',
  istanbul: 'Europe/Istanbul',
  moscow: 'Europe/Moscow',
  kyiv: 'Europe/Kyiv',
  lagos: 'Africa/Lagos',
  nairobi: 'Africa/Nairobi',
  'new york': 'America/New_York',
  nyc: 'America/New_York',
  ny: 'America/New_York',
  boston: 'America/New_York',
  miami: 'America/New_York',
  toronto: 'America/Toronto',
  chicago: 'America/Chicago',
  central: 'America/Chicago',
  mountain: 'America/Denver',
  denver: 'America/Denver',
  'los angeles': 'America/Los_Angeles',
  la: 'America/Los_Angeles',
  sf: 'America/Los_Angeles',
  'san francisco': 'America/Los_Angeles',
  california: 'America/Los_Angeles',
  'sao paulo': 'America/Sao_Paulo',
  'buenos aires': 'America/Argentina/Buenos_Aires',
  'mexico city': 'America/Mexico_City',
})

/** Tells whether a name is a time zone that we can compute with. */
export function isTimeZone(name: string): boolean {
  try {
    getFormatter(name)
    return true
  } catch {
    return false
  }
}

/** Gives the minutes by which a zone is east of UTC at an instant. */
export function getOffsetMinutes(zone: Zone, epochMs: number): number {
  if (typeof zone === 'number') return zone
  if (zone === 'UTC' || zone === 'Etc/UTC') return 0
  const parts = getFormatter(zone).formatToParts(epochMs)
  const read = (type: string) =>
    Number(parts.find((part) => part.type === type)?.value ?? 0)
  const local = Date.UTC(
    read('year'),
    read('month') - 1,
    read('day'),
    read('hour') % 24,
    read('minute'),
    read('second'),
  )
  return Math.round((local - Math.floor(epochMs / 1000) * 1000) / 60_000)
}

/** Gives the wall-clock day and minute of an instant in a zone. */
export function toLocal(
  epochMs: number,
  zone: Zone,
): { day: Day; minutes: number; weekday: number } {
  const shifted = new Date(epochMs + getOffsetMinutes(zone, epochMs) * 60_000)
  return {
    day: {
      year: shifted.getUTCFullYear(),
      month: shifted.getUTCMonth() + 1,
      day: shifted.getUTCDate(),
    },
    minutes: shifted.getUTCHours() * 60 + shifted.getUTCMinutes(),
    weekday: shifted.getUTCDay(),
  }
}

/**
 * Gives the instant of a wall-clock time in a zone. The offset is taken at the
 * result, so a day on the other side of a clock change is right as well.
 */
export function fromLocal(day: Day, minutes: number, zone: Zone): number {
  const wall = Date.UTC(day.year, day.month - 1, day.day, 0, minutes)
  const guess = wall - getOffsetMinutes(zone, wall) * 60_000
  return wall - getOffsetMinutes(zone, guess) * 60_000
}

/** Moves a day by whole days. */
export function addDays(day: Day, days: number): Day {
  return toDay(Date.UTC(day.year, day.month - 1, day.day + days))
}

/** Moves a day by whole months; the 31st becomes the month's last day. */
export function addMonths(day: Day, months: number): Day {
  const first = new Date(Date.UTC(day.year, day.month - 1 + months, 1))
  const last = getLastDay(first.getUTCFullYear(), first.getUTCMonth() + 1)
  return {
    year: first.getUTCFullYear(),
    month: first.getUTCMonth() + 1,
    day: Math.min(day.day, last),
  }
}

/** Gives the day of the week, Sunday being 0. */
export function getWeekday(day: Day): number {
  return new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay()
}

/** Gives how many days a month has. */
export function getLastDay(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

function toDay(epochMs: number): Day {
  const date = new Date(epochMs)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
  }
}

function getFormatter(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone)
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    // A caller that invents zones must not grow this without bound.
    if (formatters.size > 100) formatters.clear()
    formatters.set(zone, formatter)
  }
  return formatter
}
