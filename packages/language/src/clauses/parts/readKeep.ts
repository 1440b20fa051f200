import { type Item, textOf } from '../../text/Item.js'
import type { Mention } from '../Part.js'
import { countWords, lookahead } from './lookahead.js'

export function readKeep(
  items: readonly Item[],
  index: number,
  token: Mention | undefined,
): { decimal: string; end: number; next: number } | undefined {
  const said = lookahead(items, index, 8)
  const match =
    /^(?:(?:,|and|but) )*(?:but|except|minus|less|save|excluding|leave|leaving|keep|keeping)(?: (?:for|leave|keep|from|me|behind|about|just|only|back))* (?=\d)/.exec(
      said,
    )
  if (match === null) return undefined
  const at = index + countWords(match[0])
  const number = items[at]
  if (number?.type !== 'number' || number.problem !== undefined)
    return undefined
  let next = at + 1
  let { end } = number
  const unit = items[next]
  if (unit?.type === 'word' && unit.senses.token !== undefined) {
    if (token?.symbol !== undefined && unit.senses.token !== token.symbol)
      return undefined
    end = unit.end
    next += 1
  }
  while (
    /^(?:behind|for|gas|fees|aside|back|left|over)$/.test(
      textOf(items[next]),
    ) &&
    (textOf(items[next]) !== 'for' ||
      /^(?:gas|fees|the gas)$/.test(textOf(items[next + 1])))
  )
    next += 1
  return { decimal: number.decimal, end, next }
}
