import { shiftDecimal } from '../numbers/readDecimal.js'
import { createTable } from '../text/createTable.js'

const DIGITS: Readonly<Record<string, number>> = createTable({
  〇: 0,
  零: 0,
  一: 1,
  二: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
})
const SMALL: Readonly<Record<string, bigint>> = createTable({
  十: 10n,
  百: 100n,
  千: 1000n,
})
const LARGE: Readonly<Record<string, number>> = createTable({
  万: 4,
  億: 8,
  兆: 12,
})

/** Reads kanji numerals: `三千`, `二十五`, `一万五千`. */
export function readKanji(
  text: string,
): { decimal: string; length: number } | undefined {
  let total = 0n
  let group = 0n
  let digit: bigint | undefined
  let at = 0
  for (; at < text.length && at < 20; at += 1) {
    const letter = text[at] ?? ''
    const value = DIGITS[letter]
    const small = SMALL[letter]
    const large = LARGE[letter]
    if (value !== undefined)
      digit = digit === undefined ? BigInt(value) : digit * 10n + BigInt(value)
    else if (small !== undefined) {
      group += (digit ?? 1n) * small
      digit = undefined
    } else if (large !== undefined && (group > 0n || digit !== undefined)) {
      total += (group + (digit ?? 0n)) * 10n ** BigInt(large)
      group = 0n
      digit = undefined
    } else break
  }
  if (at === 0) return undefined
  return { decimal: (total + group + (digit ?? 0n)).toString(), length: at }
}

/** The multipliers behind digits: `1万`, `1.5億`, `3千`, `5百万`. */
export function readMultiplier(
  decimal: string,
  text: string,
): { decimal: string; length: number } {
  let value = decimal
  let length = 0
  for (const letter of text.slice(0, 3)) {
    const places = { 百: 2, 千: 3, 万: 4, 億: 8, 兆: 12 }[letter]
    if (places === undefined) break
    value = shiftDecimal(value, places)
    length += 1
  }
  return { decimal: value, length }
}
