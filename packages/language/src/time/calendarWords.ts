import { createTable } from '../text/createTable.js'
import { type Item, textOf } from '../text/Item.js'

export const WEEKDAYS: Readonly<Record<string, number>> = createTable({
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

export const MONTHS: Readonly<Record<string, number>> = createTable({
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

export const HOLIDAYS: Readonly<Record<string, readonly [number, number]>> =
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
export const ORDINAL = /^(?:st|nd|rd|th)$/

/** Small words between a cue and its time; more say nothing and cost time. */
export const MOST_FILLERS = 8

export function getWeekdayName(
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
