import type { OrderSchedule } from '@behest/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  findLatestOccurrence,
  getOccurrence,
  getShortestPeriodSeconds,
} from './getOccurrence.js'

const at = (iso: string) => Date.parse(iso) / 1000
const schedule = (
  start: string,
  unit: NonNullable<OrderSchedule['every']>['unit'],
  timeZone: string,
  count = 1,
): OrderSchedule => ({
  text: 'as said',
  timeZone,
  startUnixSeconds: at(start),
  every: { count, unit },
})
const times = (of: OrderSchedule, count: number) =>
  Array.from({ length: count }, (_, index) =>
    new Date((getOccurrence(of, index) ?? 0) * 1000).toISOString(),
  )

describe('getOccurrence', () => {
  test('default: every Friday at nine in Berlin stays nine when the clocks change', () => {
    // The clocks go forward on 28 March 2027 and back on 31 October 2027.
    expect(
      times(schedule('2027-03-19T08:00:00Z', 'week', 'Europe/Berlin'), 3),
    ).toEqual([
      '2027-03-19T08:00:00.000Z',
      '2027-03-26T08:00:00.000Z',
      '2027-04-02T07:00:00.000Z',
    ])
    expect(
      times(schedule('2027-10-22T07:00:00Z', 'week', 'Europe/Berlin'), 3),
    ).toEqual([
      '2027-10-22T07:00:00.000Z',
      '2027-10-29T07:00:00.000Z',
      '2027-11-05T08:00:00.000Z',
    ])
  })

  test('behavior: a time that a clock change leaves out is an hour later, and only that day', () => {
    expect(
      times(schedule('2027-03-27T01:30:00Z', 'day', 'Europe/Berlin'), 3),
    ).toEqual([
      '2027-03-27T01:30:00.000Z',
      '2027-03-28T01:30:00.000Z',
      '2027-03-29T00:30:00.000Z',
    ])
  })

  test('behavior: the 31st is the last day of a shorter month, and comes back', () => {
    expect(
      times(schedule('2027-01-31T12:00:00Z', 'month', 'UTC'), 4).map((iso) =>
        iso.slice(0, 10),
      ),
    ).toEqual(['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30'])
  })

  test('behavior: hours are as long as they are, whatever the clocks do', () => {
    expect(
      times(schedule('2027-03-28T00:30:00Z', 'hour', 'Europe/Berlin'), 3),
    ).toEqual([
      '2027-03-28T00:30:00.000Z',
      '2027-03-28T01:30:00.000Z',
      '2027-03-28T02:30:00.000Z',
    ])
  })

  test('behavior: times grow, no two are nearer than the shortest period, and the latest one is found', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at('2024-01-01'), max: at('2040-01-01') }),
        fc.constantFrom('minute', 'hour', 'day', 'week', 'month'),
        fc.constantFrom(
          'UTC',
          'Europe/Berlin',
          'America/New_York',
          'Australia/Lord_Howe',
          'Asia/Tokyo',
        ),
        fc.integer({ min: 1, max: 5 }),
        fc.nat({ max: 400 }),
        fc.nat({ max: 86_400 }),
        (startUnixSeconds, unit, timeZone, count, index, later) => {
          const of: OrderSchedule = {
            text: '',
            timeZone,
            startUnixSeconds,
            every: { count, unit },
          }
          const one = getOccurrence(of, index) ?? 0
          const next = getOccurrence(of, index + 1) ?? 0
          expect(next - one).toBeGreaterThanOrEqual(
            getShortestPeriodSeconds(of),
          )
          const instant = Math.min(one + later, next - 1)
          expect(findLatestOccurrence(of, instant)).toBe(index)
          expect(findLatestOccurrence(of, startUnixSeconds - 1)).toBe(-1)
        },
      ),
      { numRuns: 300 },
    )
  })
})
