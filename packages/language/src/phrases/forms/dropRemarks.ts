import { type Item, textOf } from '../../text/Item.js'
import { isVerb } from './words.js'

const LONGEST = 10
const MOST_JOINTS = 4
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
      verb !== undefined && isJoint(item)
        ? readRemark(items, index, verb)
        : undefined
    if (end === undefined) {
      if (isVerb(item)) verb = item.senses.verb
      kept.push(item)
      index += 1
    } else index = end
  }
  return kept
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
