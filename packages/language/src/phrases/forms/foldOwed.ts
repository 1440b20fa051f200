import { type Item, textOf } from '../../text/Item.js'
import { isCount, isParty, word } from './words.js'

/** `i owe bob.eth 35 dai so pay him`: what is owed is what is paid. */
export function foldOwed(items: readonly Item[]): readonly Item[] {
  const at = items.findIndex((item) => /^(?:owe|owes)$/.test(textOf(item)))
  const owe = items[at]
  if (owe === undefined || at > 4 || textOf(items[at - 1]) !== 'i') return items
  const pays = items.findIndex(
    (item, index) =>
      index > at &&
      /^(?:pay|send|reimburse|settle)$/.test(textOf(item)) &&
      /^(?:him|her|them|it|up|that)$/.test(textOf(items[index + 1])),
  )
  const said = items.slice(at + 1, pays)
  if (pays < 0 || !said.some(isParty) || !said.some(isCount)) return items
  let end = pays
  while (
    end > at &&
    /^(?:so|,|please|pls|just|and|;|then|now|can|could|you|go)$/.test(
      textOf(items[end - 1]),
    )
  )
    end -= 1
  if (items[end - 1]?.type === 'break') end -= 1
  return [
    word('pay', owe),
    ...items.slice(at + 1, end),
    ...items.slice(pays + 2),
  ]
}
