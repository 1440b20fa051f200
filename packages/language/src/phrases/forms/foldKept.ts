import { type Item, textOf } from '../../text/Item.js'
import { isToken, isVerb, word } from './words.js'

const KEEPS =
  /^(?:please |pls |i want to |i'd like to |i wanna |just |let's )?(?:keep|leave|save|hold back|hold|retain|reserve|set aside|except for|except|apart from|aside from|all but|everything but) (?:me |back |just |only |about |exactly |behind )?$/
const REST =
  /^(?:everything else|all the rest|the rest|the remainder|the others?|all others?|what's left|whatever is left|whats left|all else|rest)(?: (?:of (?:it|my|the|that)|i have|that i have))?(?= |$)/

/**
 * `leave 0.2 eth and swap everything else to usdc`: what stays is said first.
 * The rest is then `all but 0.2 eth`, of the same token.
 */
export function foldKept(items: readonly Item[]): readonly Item[] {
  const at = items.findIndex(
    (item, index) =>
      index < 6 && item.type === 'number' && isToken(items[index + 1]),
  )
  const number = items[at]
  const token = items[at + 1]
  if (number === undefined || !isToken(token)) return items
  const lead = items
    .slice(0, at)
    .map((item) => textOf(item) || '§')
    .join(' ')
  if (!KEEPS.test(`${lead} `)) return items
  let verb = at + 2
  while (
    verb < at + 14 &&
    !isVerb(items[verb]) &&
    (items[verb]?.type === 'word' ||
      /^[,;-]$/.test(textOf(items[verb])) ||
      items[verb]?.type === 'break')
  )
    verb += 1
  const does = items[verb]
  if (!isVerb(does)) return items
  const behind = items
    .slice(verb + 1, verb + 7)
    .map((item) => textOf(item) || '§')
    .join(' ')
  const rest = REST.exec(behind)?.[0]
  const all = /^(?:all|everything)(?: of)?(?: my| the)?(?= |$)/.exec(
    behind,
  )?.[0]
  const said = rest ?? all
  if (said === undefined) return items
  let next = verb + 1 + said.split(' ').length
  // `… the rest of my eth`: the same token once more; another one is no rest.
  if (isToken(items[next])) {
    if (textOf(items[next]) !== token.text) return items
    next += 1
  }
  // Both words stand where the number does, so that its span is what was said.
  return [
    does,
    word('all', number, number.start),
    word('but', number, number.start),
    number,
    token,
    ...items.slice(next),
  ]
}
