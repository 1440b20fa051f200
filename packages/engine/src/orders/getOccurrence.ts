import type { OrderSchedule } from '@behest/spec'

type Wall = readonly [
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
]

const formatters = new Map<string, Intl.DateTimeFormat>()
const secondsByUnit = {
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  month: 2_629_746,
} as const

/**
 * Tells when an order runs for the nth time.
 *
 * Days, weeks and months are those of the calendar in the schedule's time zone:
 * nine o'clock stays nine o'clock when the clocks change, and the 31st is the
 * last day of a shorter month. Minutes and hours are as long as they are.
 *
 * @param index - 0 for the first time.
 * @returns Unix seconds; `undefined` past the only time of one that has no more.
 */
export function getOccurrence(
  schedule: OrderSchedule,
  index: number,
): number | undefined {
  const { startUnixSeconds, every, timeZone } = schedule
  if (index === 0) return startUnixSeconds
  if (!every) return undefined
  const steps = index * every.count
  switch (every.unit) {
    case 'minute':
    case 'hour':
      return startUnixSeconds + steps * secondsByUnit[every.unit]
    case 'day':
    case 'week':
    case 'month': {
      const [year, month, day, ...time] = toWall(startUnixSeconds, timeZone)
      const moved: readonly [number, number, number] =
        every.unit === 'month'
          ? addMonths(year, month, day, steps)
          : [year, month, day + steps * (every.unit === 'week' ? 7 : 1)]
      return fromWall([...moved, ...time], timeZone)
    }
    default:
      return every.unit satisfies never
  }
}

/**
 * Finds the newest time of a schedule that is not after an instant.
 *
 * @returns Its index; -1 when the first is yet to come.
 */
export function findLatestOccurrence(
  schedule: OrderSchedule,
  nowUnixSeconds: number,
): number {
  const { startUnixSeconds, every } = schedule
  if (nowUnixSeconds < startUnixSeconds) return -1
  if (!every) return 0
  const seconds = secondsByUnit[every.unit] * every.count
  // The average is never off by more than a period; the calendar says the rest.
  let index = Math.floor((nowUnixSeconds - startUnixSeconds) / seconds)
  while (index > 0 && (getOccurrence(schedule, index) ?? 0) > nowUnixSeconds)
    index -= 1
  for (;;) {
    const next = getOccurrence(schedule, index + 1)
    if (next === undefined || next > nowUnixSeconds) return index
    index += 1
  }
}

/**
 * The shortest time between two runs of a schedule, in seconds: what a bound per
 * period may be measured by. A clock change takes an hour away.
 */
export function getShortestPeriodSeconds(schedule: OrderSchedule): number {
  const { every } = schedule
  if (!every) return 0
  switch (every.unit) {
    case 'minute':
    case 'hour':
      return every.count * secondsByUnit[every.unit]
    case 'day':
    case 'week':
      return every.count * secondsByUnit[every.unit] - 3600
    case 'month':
      return every.count * 28 * secondsByUnit.day - 3600
    default:
      return every.unit satisfies never
  }
}

function addMonths(
  year: number,
  month: number,
  day: number,
  months: number,
): [number, number, number] {
  const first = new Date(Date.UTC(year, month - 1 + months, 1))
  const inYear = first.getUTCFullYear()
  const inMonth = first.getUTCMonth() + 1
  const last = new Date(Date.UTC(inYear, inMonth, 0)).getUTCDate()
  return [inYear, inMonth, Math.min(day, last)]
}

function toWall(unixSeconds: number, timeZone: string): Wall {
  const shifted = new Date(
    (unixSeconds + getOffsetSeconds(timeZone, unixSeconds)) * 1000,
  )
  return [
    shifted.getUTCFullYear(),
    shifted.getUTCMonth() + 1,
    shifted.getUTCDate(),
    shifted.getUTCHours(),
    shifted.getUTCMinutes(),
    shifted.getUTCSeconds(),
  ]
}

/** A wall-clock time that a clock change leaves out is an hour later. */
function fromWall(wall: Wall, timeZone: string): number {
  const [year, month, day, hour, minute, second] = wall
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second) / 1000
  const guess = asUtc - getOffsetSeconds(timeZone, asUtc)
  return asUtc - getOffsetSeconds(timeZone, guess)
}

function getOffsetSeconds(timeZone: string, unixSeconds: number): number {
  if (timeZone === 'UTC') return 0
  const parts = getFormatter(timeZone).formatToParts(unixSeconds * 1000)
  const read = (type: string) =>
    Number(parts.find((part) => part.type === type)?.value ?? 0)
  const local =
    Date.UTC(
      read('year'),
      read('month') - 1,
      read('day'),
      read('hour'),
      read('minute'),
      read('second'),
    ) / 1000
  return Math.round((local - unixSeconds) / 60) * 60
}

function getFormatter(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    // Whoever invents zones must not make this grow without end.
    if (formatters.size > 100) formatters.clear()
    formatters.set(timeZone, formatter)
  }
  return formatter
}
