import type { Problem } from '../text/Problem.js'
import type { Day, Zone } from './timeZone.js'

/** A unit of a recurrence. */
export type TimeUnit = 'minute' | 'hour' | 'day' | 'week' | 'month'

/** A calendar point: the day, the time of day, or both. */
export type Point = {
  readonly day?: Day
  readonly weekday?: number
  readonly monthDay?: number
  /** Minutes after midnight. */
  readonly clock?: number
  readonly zone?: Zone
  /** From now on. */
  readonly afterMs?: number
  readonly afterMonths?: number
}

/** What one time phrase says; a schedule is made of all that a step has. */
export type TimePart = {
  readonly at?: Point
  readonly until?: Point
  readonly lengthMs?: number
  readonly lengthMonths?: number
  readonly every?: { readonly count: number; readonly unit: TimeUnit }
  readonly times?: number
  readonly problem?: Problem
}
