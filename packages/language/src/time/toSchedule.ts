import type { Schedule } from '@behest/spec'
import type { Problem } from '../text/Problem.js'
import type { Point, TimePart } from './TimePart.js'
import {
  addDays,
  addMonths,
  fromLocal,
  getLastDay,
  getWeekday,
  toLocal,
  type Zone,
} from './timeZone.js'

/**
 * Puts the time phrases of one step together.
 *
 * @param options.parts - What was said, in the order of the text.
 * @param options.text - The words, as said.
 * @param options.now - ISO 8601 instant at which the sentence was said.
 * @param options.timeZone - IANA name of the speaker's zone.
 * @returns The schedule, or why it cannot be one.
 */
export function toSchedule(options: {
  readonly parts: readonly TimePart[]
  readonly text: string
  readonly now: string
  readonly timeZone: string
}): { readonly schedule: Schedule; readonly problem?: Problem } {
  const { parts, text } = options
  const now = Date.parse(options.now)
  let at: Point | undefined
  let until: Point | undefined
  let every: TimePart['every']
  let times: number | undefined
  let lengthMs = 0
  let lengthMonths = 0
  let problem: Problem | undefined
  for (const part of parts) {
    if (part.at) at = { ...at, ...part.at }
    if (part.until) until = { ...until, ...part.until }
    every = part.every ?? every
    times = part.times ?? times
    lengthMs += part.lengthMs ?? 0
    lengthMonths += part.lengthMonths ?? 0
    problem = part.problem ?? problem
  }
  const schedule: Schedule = { text: text.slice(0, 400) }
  // `today`, with no hour: now, or as soon as may be.
  const today = toLocal(now, at?.zone ?? options.timeZone).day
  if (
    at?.day !== undefined &&
    at.clock === undefined &&
    at.day.year === today.year &&
    at.day.month === today.month &&
    at.day.day === today.day
  )
    at = undefined
  if (!isRealDay(at?.day) || !isRealDay(until?.day))
    return {
      schedule: { text: text.slice(0, 400) },
      problem: { reason: 'No calendar has that date.' },
    }
  const start =
    at === undefined ? undefined : resolve(at, now, options.timeZone)
  if (start !== undefined && !isInstant(start))
    return { schedule, problem: { reason: 'No calendar has that date.' } }
  if (start !== undefined) {
    schedule.start = toIso(start)
    // An hour said without a day has passed only if it was said with one.
    if (start < now - 60_000 && problem === undefined)
      problem = { reason: 'That time has passed already.' }
  }
  let end: number | undefined
  if (until !== undefined)
    end = resolve(
      { ...(at?.zone === undefined ? {} : { zone: at.zone }), ...until },
      start ?? now,
      options.timeZone,
    )
  else if (lengthMs > 0 || lengthMonths > 0) {
    const from = start ?? now
    const zone = at?.zone ?? options.timeZone
    const local = toLocal(from, zone)
    const moved =
      lengthMonths === 0
        ? from
        : fromLocal(addMonths(local.day, lengthMonths), local.minutes, zone) +
          (from % 60_000)
    end = moved + lengthMs
  }
  if (end !== undefined && !isInstant(end))
    return { schedule, problem: { reason: 'No calendar has that date.' } }
  if (end !== undefined) schedule.end = toIso(end)
  if (
    schedule.end !== undefined &&
    problem === undefined &&
    Date.parse(schedule.end) <= (start ?? now)
  )
    problem = { reason: 'That schedule ends before it starts.' }
  if (every !== undefined) schedule.every = { ...every }
  if (times !== undefined) schedule.times = times
  return problem === undefined ? { schedule } : { schedule, problem }
}

function resolve(point: Point, now: number, timeZone: string): number {
  const zone: Zone = point.zone ?? timeZone
  if (point.afterMs !== undefined || point.afterMonths !== undefined) {
    const later = now + (point.afterMs ?? 0)
    const local = toLocal(later, zone)
    const day = addMonths(local.day, point.afterMonths ?? 0)
    if (point.clock !== undefined) return fromLocal(day, point.clock, zone)
    return point.afterMonths === undefined
      ? later
      : fromLocal(day, local.minutes, zone) + (later % 60_000)
  }
  const today = toLocal(now, zone)
  const clock = point.clock ?? 0
  if (point.day !== undefined) return fromLocal(point.day, clock, zone)
  if (point.weekday !== undefined) {
    let days = (point.weekday - getWeekday(today.day) + 7) % 7
    // Today's name means today only while the hour is still to come.
    if (
      days === 0 &&
      (point.clock === undefined || fromLocal(today.day, clock, zone) <= now)
    )
      days = 7
    return fromLocal(addDays(today.day, days), clock, zone)
  }
  if (point.monthDay !== undefined) {
    let day = {
      ...today.day,
      day: Math.min(
        point.monthDay,
        getLastDay(today.day.year, today.day.month),
      ),
    }
    if (fromLocal(day, clock, zone) <= now) {
      const next = addMonths({ ...today.day, day: 1 }, 1)
      day = {
        ...next,
        day: Math.min(point.monthDay, getLastDay(next.year, next.month)),
      }
    }
    return fromLocal(day, clock, zone)
  }
  const same = fromLocal(today.day, clock, zone)
  return same > now ? same : fromLocal(addDays(today.day, 1), clock, zone)
}

/** `2026-13-45` and the 31st of June are no days. */
function isRealDay(day: Point['day']): boolean {
  return (
    day === undefined ||
    (day.month >= 1 &&
      day.month <= 12 &&
      day.day >= 1 &&
      day.day <= getLastDay(day.year, day.month))
  )
}

/** Years that people and JSON schemas can write in four digits. */
function isInstant(epochMs: number): boolean {
  return epochMs >= 0 && epochMs < 253_402_300_800_000
}

function toIso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
