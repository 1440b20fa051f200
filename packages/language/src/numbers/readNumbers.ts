import { units } from '../lexicon/lexicon.js'
import { type Item, textOf } from '../text/Item.js'
import { shiftDecimal, tidy } from './readDecimal.js'

const FRACTION_SLASH = '⁄'

/**
 * Joins digits, multipliers and number words into one number each: `1.5k`,
 * `2 million`, `half a million`, `two thousand five hundred`, `a dozen`, `½`.
 * Shares (`half my`) are left for the amounts; only counts are joined here.
 */
export function readNumbers(items: readonly Item[]): Item[] {
  const read: Item[] = []
  let index = 0
  while (index < items.length) {
    const found =
      readDigits(items, index) ??
      readPartOfMany(items, index) ??
      readWords(items, index)
    const first = items[index]
    if (first === undefined) break
    if (found === undefined) {
      read.push(first)
      index += 1
      continue
    }
    const last = items[index + found.length - 1] ?? first
    read.push({
      start: first.start,
      end: last.end,
      spaced: first.spaced,
      type: 'number',
      text: items
        .slice(index, index + found.length)
        .map((item) => textOf(item))
        .join(' '),
      decimal: found.decimal,
      ...('problem' in found && found.problem
        ? { problem: found.problem }
        : {}),
    })
    index += found.length
  }
  return read
}

type Found = {
  decimal: string
  length: number
  problem?: { reason: string; options?: readonly string[] }
}

function multiplier(
  item: Item | undefined,
  glued: boolean,
): number | undefined {
  if (item?.type !== 'word') return undefined
  const places = units.multipliers[item.text]
  if (places === undefined) return undefined
  // `5 m usdc` and `5m usdc` are millions; `5 t` or `5 b` alone are not.
  if (item.text.length === 1 && item.spaced && glued) return undefined
  return places
}

function readDigits(items: readonly Item[], index: number): Found | undefined {
  const first = items[index]
  let length = 1
  let sign = false
  let number = first
  // `-5`, but not the dash of `10-20` or of a list.
  if (first?.type === 'symbol' && first.text === '-') {
    const next = items[index + 1]
    const before = items[index - 1]
    if (
      next?.type !== 'number' ||
      next.spaced ||
      (before !== undefined && !first.spaced)
    )
      return undefined
    sign = true
    number = next
    length = 2
  }
  if (number?.type !== 'number') return undefined
  let { decimal } = number
  let problem = number.problem
  const after = items[index + length]
  // `1⁄2` comes from one letter, `1 1⁄2` from `1½`; `3/4` is written out.
  const slash =
    after?.type === 'symbol' &&
    (after.text === FRACTION_SLASH || (after.text === '/' && !after.spaced))
  const below = items[index + length + 1]
  if (
    slash &&
    below?.type === 'number' &&
    !below.spaced &&
    /^\d{1,3}$/.test(below.text) &&
    /^\d{1,3}$/.test(number.text)
  ) {
    const part = divide(decimal, below.decimal)
    // `1/4 of my eth` is a share; the amounts read it again from the text.
    return {
      decimal: part ?? decimal,
      length: length + 2,
      ...(part === undefined
        ? { problem: { reason: 'That fraction has no exact decimal.' } }
        : {}),
    }
  }
  if (after?.type === 'number' && items[index + length + 1] !== undefined) {
    const fraction = items[index + length + 1]
    const denominator = items[index + length + 2]
    if (
      fraction?.type === 'symbol' &&
      fraction.text === FRACTION_SLASH &&
      denominator?.type === 'number'
    ) {
      const part = divide(after.decimal, denominator.decimal)
      if (part?.startsWith('0.') && /^\d+$/.test(decimal))
        return { decimal: `${decimal}${part.slice(1)}`, length: length + 3 }
    }
  }
  // `1e18` is no amount that a person means; the reader is asked.
  if (
    after?.type === 'word' &&
    !after.spaced &&
    /^e\d{1,3}$/.test(after.text)
  ) {
    return {
      decimal,
      length: length + 1,
      problem: { reason: `"${number.text}${after.text}" is in exponent form.` },
    }
  }
  // `10^30`
  if (
    after?.type === 'symbol' &&
    after.text === '^' &&
    items[index + length + 1]?.type === 'number'
  )
    return {
      decimal,
      length: length + 2,
      problem: { reason: 'Write that amount out in digits.' },
    }
  let places = multiplier(after, true)
  while (places !== undefined) {
    decimal = shiftDecimal(decimal, places)
    length += 1
    places = multiplier(items[index + length], true)
  }
  // `1 and a half eth`
  const half = { half: '.5', quarter: '.25' }[
    textOf(items[index + length]) === 'and' &&
    textOf(items[index + length + 1]) === 'a'
      ? textOf(items[index + length + 2])
      : ''
  ]
  if (
    half !== undefined &&
    /^\d+$/.test(decimal) &&
    !/^(?:of|my|the)$/.test(textOf(items[index + length + 3]))
  ) {
    decimal = `${decimal}${half}`
    length += 3
  }
  if (sign) problem = { reason: 'An amount cannot be negative.' }
  if (length === 1 && problem === number.problem) return undefined
  return { decimal, length, ...(problem === undefined ? {} : { problem }) }
}

/** `half a million`, `a quarter million`, `half a thousand`. */
function readPartOfMany(
  items: readonly Item[],
  index: number,
): Found | undefined {
  let at = index
  if (/^(?:a|an|one)$/.test(textOf(items[at]))) at += 1
  const part = { half: '0.5', quarter: '0.25' }[textOf(items[at])]
  if (part === undefined) return undefined
  at += 1
  if (/^(?:a|of)$/.test(textOf(items[at]))) at += 1
  if (textOf(items[at]) === 'a') at += 1
  if (textOf(items[at]) === 'dozen' && part === '0.5')
    return { decimal: '6', length: at + 1 - index }
  const places = multiplier(items[at], false)
  const word = items[at]
  if (places === undefined || word?.type !== 'word' || word.text.length < 3)
    return undefined
  return { decimal: shiftDecimal(part, places), length: at + 1 - index }
}

function readWords(items: readonly Item[], index: number): Found | undefined {
  let at = index
  const first = items[at]
  if (first?.type !== 'word') return undefined
  if (first.senses.token !== undefined && !first.senses.tokenWeak)
    return undefined
  const next = textOf(items[at + 1])
  if (first.text === 'a' || first.text === 'an') {
    if (next === 'dozen') return { decimal: '12', length: 2 }
    if (next === 'couple' && textOf(items[at + 2]) !== 'of') {
      const places = multiplier(items[at + 2], false)
      if (places !== undefined)
        return { decimal: shiftDecimal('2', places), length: 3 }
    }
    if (next === 'couple')
      return { decimal: '2', length: textOf(items[at + 2]) === 'of' ? 3 : 2 }
    if (next === 'single') return { decimal: '1', length: 2 }
    const places = multiplier(items[at + 1], false)
    if (places === undefined || next.length < 3) return undefined
    let decimal = shiftDecimal('1', places)
    let length = 2
    // `a hundred and fifty`
    const from = textOf(items[at + 2]) === 'and' ? at + 3 : at + 2
    const rest = /^(?:a|an|couple)$/.test(textOf(items[from]))
      ? undefined
      : readWords(items, from)
    if (
      rest !== undefined &&
      rest.problem === undefined &&
      /^\d+$/.test(rest.decimal) &&
      BigInt(rest.decimal) < 10n ** BigInt(places)
    )
      return {
        decimal: (10n ** BigInt(places) + BigInt(rest.decimal)).toString(),
        length: from - at + rest.length,
      }
    const more = multiplier(items[at + 2], false)
    if (more !== undefined) {
      decimal = shiftDecimal(decimal, more)
      length = 3
    }
    return { decimal, length }
  }
  if (first.text === 'couple' && next === 'of')
    return { decimal: '2', length: 2 }
  let total = 0n
  let group = 0n
  let seen = false
  let part = ''
  let doubtful = false
  while (at < items.length) {
    const word = textOf(items[at])
    const value = Object.hasOwn(units.numbers, word)
      ? units.numbers[word]
      : undefined
    if (value !== undefined) {
      // `two fifty` is 250 to one and 2.50 to another.
      const ones = group % 100n
      if (seen && !hasRoom(ones, BigInt(value))) {
        doubtful = true
      }
      // `one` alone may stand for a thing; a count follows or it is followed.
      group += BigInt(value)
      seen = true
      at += 1
      if (
        textOf(items[at]) === '-' &&
        Object.hasOwn(units.numbers, textOf(items[at + 1]))
      )
        at += 1
      continue
    }
    if (!seen) return undefined
    if (word === 'hundred') {
      group = (group === 0n ? 1n : group) * 100n
      at += 1
      continue
    }
    const places = Object.hasOwn(units.multipliers, word)
      ? units.multipliers[word]
      : undefined
    if (places !== undefined && word.length > 1) {
      total += group * 10n ** BigInt(places)
      group = 0n
      at += 1
      continue
    }
    if (word === 'dozen') {
      group *= 12n
      at += 1
      continue
    }
    if (
      word === 'and' &&
      textOf(items[at + 1]) === 'a' &&
      /^(?:half|quarter)$/.test(textOf(items[at + 2]))
    ) {
      part = textOf(items[at + 2]) === 'half' ? '.5' : '.25'
      at += 3
      break
    }
    if (
      word === 'and' &&
      (total > 0n || group >= 100n) &&
      Object.hasOwn(units.numbers, textOf(items[at + 1]))
    ) {
      at += 1
      continue
    }
    if (
      word === 'point' &&
      Object.hasOwn(units.numbers, textOf(items[at + 1]))
    ) {
      let decimals = ''
      at += 1
      while (
        Object.hasOwn(units.numbers, textOf(items[at])) &&
        decimals.length < 18
      ) {
        decimals += String(units.numbers[textOf(items[at])])
        at += 1
      }
      return {
        decimal: tidy(`${total + group}.${decimals}`),
        length: at - index,
      }
    }
    break
  }
  if (!seen) return undefined
  // `one of them`, `which one`, `this one`: no count.
  if (at - index === 1 && first.text === 'one') {
    const before = textOf(items[index - 1])
    const after = items[at]
    if (
      /^(?:which|this|that|the|best|any|no|every|each)$/.test(before) ||
      after === undefined ||
      after.type === 'break' ||
      textOf(after) === 'of' ||
      items[index - 1]?.type === 'number'
    )
      return undefined
  }
  // `two thirds` is a share, not the number two.
  if (Object.hasOwn(units.denominators, textOf(items[at]))) return undefined
  const whole = (total + group).toString()
  return {
    decimal: `${whole}${part}`,
    length: at - index,
    ...(doubtful
      ? { problem: { reason: 'That number can be read in two ways.' } }
      : {}),
  }
}

/** Tells whether a number word can stand behind what was counted so far. */
function hasRoom(ones: bigint, value: bigint): boolean {
  if (ones === 0n) return true
  return ones >= 20n && ones % 10n === 0n && value < 10n
}

function divide(above: string, below: string): string | undefined {
  if (!/^\d+$/.test(above) || !/^\d+$/.test(below)) return undefined
  const bottom = BigInt(below)
  if (bottom === 0n) return undefined
  const scaled = BigInt(above) * 10n ** 18n
  if (scaled % bottom !== 0n) return undefined
  return shiftDecimal((scaled / bottom).toString(), -18)
}
