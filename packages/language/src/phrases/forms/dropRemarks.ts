import { type Item, textOf } from '../../text/Item.js'
import { isVerb } from './words.js'

const LONGEST = 10
const MOST_JOINTS = 4
const MOST_TARGETS = 24
/** What stays where it is needs no order. */
const KEEPS =
  /^(?:i |i'll |we |we'll |just |please )*(?:keep|hold|hodl|leave|retain|hang on to|hold on to|sit on) (?:the rest|the remainder|the remaining(?: \S+)?|the other half|the others?|what's left|whatever is left|what is left|everything else|the rest of (?:it|them)|rest|the \S+|it|them)(?: (?:for (?:later|now|gas)|in my wallet|there|alone|as is|untouched|where it is|safe|here))? $/
/** What a lender does with a supply anyway. */
const SECURES =
  /^(?:also )?(?:(?:use|enable|switch|turn|set|mark|toggle|activate)(?: (?:it|them|that|this))?(?: on)?(?: as| for| to be)?(?: my| a)? collateral(?: on)?|enabled as (?:my )?collateral|as (?:my )?collateral enabled) $/
const JOINTS = /^(?:,|;|and|but|then|also|&)$/

/**
 * `swap half my eth and keep the rest`, `supply 1 weth and enable it as
 * collateral`: said behind an order, and no order of its own.
 */
export function dropRemarks(items: readonly Item[]): readonly Item[] {
  const kept: Item[] = []
  let verb: string | undefined
  let index = 0
  while (index < items.length) {
    const item = items[index] as Item
    const end =
      readTarget(items, index) ??
      readEstimate(items, index) ??
      (verb !== undefined && isJoint(item)
        ? readRemark(items, index, verb)
        : undefined)
    if (end === undefined) {
      if (isVerb(item)) verb = item.senses.verb
      kept.push(item)
      index += 1
    } else index = end
  }
  return kept
}

/**
 * `rebalance to 60 % eth and 40 % usdc`: what is to be held in the end. How much
 * is to be traded for that stands in no word of it, so that it orders nothing.
 */
function readTarget(items: readonly Item[], index: number): number | undefined {
  if (!/^(?:rebalance|reallocate|reweight)$/.test(textOf(items[index])))
    return undefined
  let shares = 0
  let end = index + 1
  for (; end < index + MOST_TARGETS && end < items.length; end += 1) {
    const item = items[end]
    if (item?.type === 'break') break
    if (
      item?.type === 'number' &&
      (item.text.includes('/') ||
        /^(?:%|percent|\/)$/.test(textOf(items[end + 1])))
    )
      shares += item.text.includes('/') ? 2 : 1
  }
  return shares > 1 ? end : undefined
}

/** `1 eth (about 3000 usdc)`: what somebody reckons that it is worth. */
function readEstimate(
  items: readonly Item[],
  index: number,
): number | undefined {
  if (
    textOf(items[index]) !== '(' ||
    !/^(?:about|around|~|≈|approx|approximately|roughly|circa|ca|some)$/.test(
      textOf(items[index + 1]),
    )
  )
    return undefined
  for (let at = index + 2; at < index + LONGEST; at += 1)
    if (textOf(items[at]) === ')') return at + 1
  return undefined
}

const isJoint = (item: Item | undefined): boolean =>
  item?.type === 'break' || JOINTS.test(textOf(item))

/** Where a remark behind the joints here ends, if nothing is said behind it. */
function readRemark(
  items: readonly Item[],
  joint: number,
  verb: string,
): number | undefined {
  let from = joint
  while (from < joint + MOST_JOINTS && isJoint(items[from])) from += 1
  for (let end = from + 2; end <= from + LONGEST; end += 1) {
    if (end > items.length) return undefined
    if (end < items.length && !isJoint(items[end])) continue
    const said = items
      .slice(from, end)
      .map((item) => `${textOf(item) || '§'} `)
      .join('')
    return KEEPS.test(said) ||
      (SECURES.test(said) && /^(?:lend|deposit|supply|put|add)$/.test(verb))
      ? end
      : undefined
  }
  return undefined
}
