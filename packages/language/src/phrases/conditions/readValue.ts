import { type Item, textOf } from '../../text/Item.js'
import type { Problem } from '../../text/Problem.js'

export type Value = {
  value: string
  unit: string
  token?: string
  next: number
  problem?: Problem
}

export function readValue(
  items: readonly Item[],
  index: number,
): Value | undefined {
  let at = index
  while (
    /^(?:a|an|the|about|around|roughly|like|price|of|approximately|~|value|level|exactly|some|only|then|was)$/.test(
      textOf(items[at]),
    )
  )
    at += 1
  let unit = ''
  const symbol = textOf(items[at])
  if (/^[$€£¥]$/.test(symbol)) {
    unit = { $: 'usd', '€': 'eur', '£': 'gbp', '¥': 'jpy' }[symbol] ?? 'usd'
    at += 1
  }
  // `below USD 2,000`
  const code = /^(?:usd|eur|gbp|jpy|us\$)$/.exec(textOf(items[at]))?.[0]
  if (code !== undefined && items[at + 1]?.type === 'number') {
    unit = code === 'us$' ? 'usd' : code
    at += 1
  }
  const number = items[at]
  if (number?.type !== 'number') return undefined
  at += 1
  // `at 9am`, `at 15:30`: an hour.
  if (
    /^(?:am|pm|o'clock)$/.test(textOf(items[at])) ||
    (textOf(items[at]) === ':' &&
      items[at]?.spaced === false &&
      items[at + 1]?.type === 'number')
  )
    return undefined
  const next = items[at]
  const word = textOf(next)
  let token: string | undefined
  if (/^(?:%|percent|pct|percents)$/.test(word)) {
    unit = 'percent'
    at += 1
  } else if (/^(?:gwei|gweis|gwie)$/.test(word)) {
    unit = 'gwei'
    at += 1
  } else if (/^(?:usd|dollars?|bucks?|\$)$/.test(word)) {
    unit = 'usd'
    at += 1
  } else if (/^(?:eur|euros?|€)$/.test(word)) {
    unit = 'eur'
    at += 1
  } else if (word === 'x' && next?.spaced === false) at += 1
  else if (
    next?.type === 'word' &&
    next.senses.token !== undefined &&
    next.senses.verb === undefined &&
    unit === ''
  ) {
    unit = 'token'
    token = next.senses.token
    at += 1
  }
  return {
    value: number.decimal,
    unit,
    next: at,
    ...(token === undefined ? {} : { token }),
    ...(number.problem === undefined ? {} : { problem: number.problem }),
  }
}
