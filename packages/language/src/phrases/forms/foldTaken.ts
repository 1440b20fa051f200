import { type Item, textOf } from '../../text/Item.js'
import { isCount, isToken, isVerb, word } from './words.js'

const TAKES = /^(?:take|grab|use|with|have|got|i've|using|get)$/
const MAKES = /^(?:make|turn|change|flip)$/
const PRONOUN = /^(?:it|that|them|this|those|everything|all)$/

/**
 * `take my 5 weth and make it usdc and then make that dai`: a thing is named
 * first, and each `make it` turns it into another.
 */
export function foldTaken(items: readonly Item[]): readonly Item[] {
  const takes = items.findIndex(
    (item, index) => index < 6 && TAKES.test(textOf(item)),
  )
  const take = items[takes]
  if (take === undefined) return items
  let at = takes + 1
  while (
    at < takes + 6 &&
    /^(?:my|the|these|those|all|of|half)$/.test(textOf(items[at]))
  )
    at += 1
  const counted =
    isCount(items[at]) ||
    items
      .slice(takes + 1, at)
      .some((item) => /^(?:all|half)$/.test(textOf(item)))
  if (isCount(items[at])) at += 1
  if (textOf(items[at]) === '%') at += 1
  while (at < takes + 9 && /^(?:of|my|the)$/.test(textOf(items[at]))) at += 1
  if (!counted || !isToken(items[at])) return items
  const thing = at + 1
  const made = readMade(items, thing)
  if (made === undefined) return items
  const goal = items[made.goal] as Item
  const folded: Item[] = [
    ...items
      .slice(0, takes)
      .filter((item) => !/^(?:i|i've|we)$/.test(textOf(item))),
    word('convert', take),
    ...items.slice(takes + 1, thing),
    word('to', goal, goal.start),
    goal,
  ]
  let next = made.goal + 1
  for (;;) {
    const more = readMade(items, next)
    if (more === undefined) break
    const into = items[more.goal] as Item
    const verb = items[more.verb] as Item
    folded.push(
      word('then', verb, verb.start),
      word('convert', verb),
      items[more.verb + 1] as Item,
      word('to', into, into.start),
      into,
    )
    next = more.goal + 1
  }
  return [...folded, ...items.slice(next)]
}

/** `and then make it (into) usdc` */
function readMade(
  items: readonly Item[],
  from: number,
): { verb: number; goal: number } | undefined {
  let verb = from
  while (
    verb < from + 7 &&
    (/^(?:and|then|,|please|pls|just|i|you|don't|want|anymore|to|need|now|-|so|but|also|after)$/.test(
      textOf(items[verb]),
    ) ||
      items[verb]?.type === 'break')
  )
    verb += 1
  if (
    !MAKES.test(textOf(items[verb])) ||
    !PRONOUN.test(textOf(items[verb + 1]))
  )
    return undefined
  let goal = verb + 2
  while (goal < verb + 5 && /^(?:into|to|all|in|be)$/.test(textOf(items[goal])))
    goal += 1
  const token = items[goal]
  if (!isToken(token) || isVerb(token)) return undefined
  return { verb, goal }
}
