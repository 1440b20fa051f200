import { type Item, textOf } from '../../text/Item.js'
import { isCount, isToken, isVerb, word } from './words.js'

const PAYS = /^(?:sell|swap|convert|trade|exchange|use|spend|change)$/
const FILLER =
  /^(?:,|-|…|so|and|then|please|pls|just|out|total|in|from|by|go|can|you|could|i'll|let's|exactly|now)$/

/**
 * `i want 500 usdc, sell eth`, `for 500 usdc give me eth`: which of the two is
 * had and which is paid is said by the words around, not by their order.
 */
export function foldNeed(items: readonly Item[]): readonly Item[] {
  return foldWanted(foldPrice(dropReason(items)))
}

const REASONS = 14

/**
 * `need 1,000 dai to pay an invoice. buy 1,000 dai with eth`: the same amount of
 * the same token is said twice, first why and then how.
 */
function dropReason(items: readonly Item[]): readonly Item[] {
  const at = items.findIndex((item, index) =>
    index < 3 ? /^(?:want|need|require)$/.test(textOf(item)) : false,
  )
  if (at < 0 || !items.slice(0, at).every((item) => OWNER.test(textOf(item))))
    return items
  let count = at + 1
  while (
    count < at + 4 &&
    /^(?:exactly|just|about|to|have)$/.test(textOf(items[count]))
  )
    count += 1
  const amount = items[count]
  const token = items[count + 1]
  if (amount?.type !== 'number' || !isToken(token)) return items
  let end = count + 2
  while (
    end < count + REASONS &&
    items[end] !== undefined &&
    items[end]?.type !== 'break' &&
    !/^(?:so|,|;)$/.test(textOf(items[end]))
  )
    end += 1
  const next = items.findIndex(
    (item, index) => index > end && index < end + 4 && isVerb(item),
  )
  if (next < 0 || items[end] === undefined) return items
  const again = items.findIndex(
    (item, index) =>
      index > next &&
      item.type === 'number' &&
      item.decimal === amount.decimal &&
      textOf(items[index + 1]) === token.text,
  )
  if (again >= 0) return items.slice(end + 1)
  // `… buy it with eth`
  const need = items[at] as Item
  return /^(?:it|them|that)$/.test(textOf(items[next + 1])) &&
    /^(?:buy|get|purchase|acquire)$/.test(textOf(items[next]))
    ? [word('buy', need), amount, token, ...items.slice(next + 2)]
    : items
}

const OWNER = /^(?:i|we|i'll|just|really|also|hey|hi|ok|so)$/

/** `i need exactly 500 usdc out, sell some eth for that` */
function foldWanted(items: readonly Item[]): readonly Item[] {
  const at = items.findIndex(
    (item, index) =>
      index < 6 &&
      /^(?:want|need|require)$/.test(textOf(item)) &&
      /^(?:i|we|i'll|just|really|also)$/.test(textOf(items[index - 1]) || 'i'),
  )
  const want = items[at]
  if (want === undefined) return items
  let from = at + 1
  while (
    from < at + 4 &&
    /^(?:exactly|just|precisely|about|to|get|have)$/.test(textOf(items[from]))
  )
    from += 1
  if (!isCount(items[from]) || !isToken(items[from + 1])) return items
  let verb = from + 2
  while (
    verb < from + 9 &&
    (FILLER.test(textOf(items[verb])) || items[verb]?.type === 'break')
  )
    verb += 1
  const pays = items[verb]
  if (pays === undefined || !PAYS.test(textOf(pays)) || verb === from + 2)
    return items
  let paid = verb + 1
  while (
    paid < verb + 5 &&
    /^(?:some|enough|of|my|the)$/.test(textOf(items[paid]))
  )
    paid += 1
  const token = items[paid]
  if (!isToken(token) || textOf(token) === textOf(items[from + 1])) return items
  let next = paid + 1
  if (
    /^(?:for|to)$/.test(textOf(items[next])) &&
    /^(?:it|that|them|get|cover)$/.test(textOf(items[next + 1]))
  )
    next += /^(?:it|that|them)$/.test(textOf(items[next + 2])) ? 3 : 2
  // `… sell eth for dai`: something else is said.
  if (/^(?:to|for|into)$/.test(textOf(items[next]))) return items
  const first = items[from] as Item
  return [
    ...items
      .slice(0, at)
      .filter((item) => !/^(?:i|we|i'll)$/.test(textOf(item))),
    word('convert', pays),
    token,
    word('to', first, first.start),
    ...items.slice(from, from + 2),
    ...items.slice(next),
  ]
}

/** `for 500 usdc i want eth`, `for 1 eth give me usdc` */
function foldPrice(items: readonly Item[]): readonly Item[] {
  const cue = items[0]
  if (
    cue === undefined ||
    textOf(cue) !== 'for' ||
    !isCount(items[1]) ||
    !isToken(items[2])
  )
    return items
  const said = items
    .slice(3, 8)
    .map((item) => textOf(item) || '§')
    .join(' ')
  const wants =
    /^(?:, )?(?:i want|i need|i'd like|i would like|give me|get me|buy me|buy|get|i'll take|gimme)(?: some| me)?(?= )/.exec(
      said,
    )?.[0]
  if (wants === undefined) return items
  const goal = 3 + wants.split(' ').length
  const token = items[goal]
  if (!isToken(token)) return items
  return [
    word('convert', cue),
    ...items.slice(1, 3),
    word('to', token, token.start),
    ...items.slice(goal),
  ]
}
