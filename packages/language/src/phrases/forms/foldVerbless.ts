import { getVenueKind } from '../../lexicon/lexicon.js'
import { type Item, textOf } from '../../text/Item.js'
import { readMoney } from './readMoney.js'
import { isParty, isToken, isVenue, isVerb, type Word, word } from './words.js'

/** An order does not begin later than that, nor is one longer. */
const MOST_READ = 400
const MOST_SAID = 24
const MOST_JOINTS = 4

type Clause = {
  readonly verb: string
  /** Where the amount and the goal end. */
  readonly end: number
}

/**
 * `0.5 eth to usdc, then lend it`: the first step needs no verb, and takes none
 * of the next step's. `… then dai to usdc`, `… then to usdc` go on like that.
 */
export function foldVerbless(items: readonly Item[]): readonly Item[] {
  const said: Item[] = []
  let index = 0
  while (index < items.length && index < MOST_READ) {
    const first = items[index] as Item
    const clause = opensOrder(said) ? readClause(items, index) : undefined
    if (clause === undefined || !goesOn(items, clause.end)) {
      said.push(first)
      index += 1
      continue
    }
    said.push(word(clause.verb, first, first.start))
    said.push(...items.slice(index, clause.end))
    index = clause.end
    for (;;) {
      const joint = readJoint(items, index)
      const next = joint === undefined ? undefined : readNext(items, joint)
      if (joint === undefined || next === undefined) break
      said.push(...items.slice(index, joint), ...next.items)
      index = next.next
    }
  }
  return [...said, ...items.slice(index)]
}

const RHYTHM =
  /^(?:every|each|daily|weekly|monthly|hourly|day|week|month|hour|morning|evening|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|please|pls|hey|hi|yo|ok|so|now|today|tonight|tomorrow|,)$/

/** Nothing but politeness and a rhythm stands between an opening and here. */
function opensOrder(said: readonly Item[]): boolean {
  for (let back = said.length - 1; ; back -= 1) {
    const item = said[back]
    if (item === undefined || item.type === 'break') return true
    if (textOf(item) === ':') return true
    if (!RHYTHM.test(textOf(item))) return false
    if (textOf(item) === ',' && said.slice(0, back).some(isVerb)) return false
  }
}

/** `0.5 eth to usdc`, `100 usdc to bob.eth`, `1 eth into aave`, `5 dai base → optimism`. */
function readClause(items: readonly Item[], from: number): Clause | undefined {
  const money = readOwn(items, from)
  if (money === undefined) return undefined
  const crossed = readCrossing(items, money)
  if (crossed !== undefined) return { verb: 'bridge', end: crossed }
  const cue = textOf(items[money])
  const goal = readGoal(items, money)
  const target = items[goal ?? -1]
  if (goal === undefined || target === undefined) return undefined
  if (isParty(target) && cue !== 'for') return { verb: 'send', end: goal + 1 }
  if (
    isVenue(target) &&
    /^(?:into|in)$/.test(cue) &&
    getVenueKind(target.senses.venue ?? '') === 'lending'
  )
    return { verb: 'put', end: goal + 1 }
  return isToken(target) && cue !== 'in'
    ? { verb: 'swap', end: goal + 1 }
    : undefined
}

/** `0.5 eth`, `half my eth`, `my eth`, `eth`: where it ends. */
function readOwn(items: readonly Item[], from: number): number | undefined {
  const counted = readMoney(items, from)
  if (counted !== undefined) return counted
  const own = /^(?:my|our|the)$/.test(textOf(items[from])) ? from + 1 : from
  return isToken(items[own]) ? own + 1 : undefined
}

/** Where the goal stands that a cue or an arrow here leads to. */
function readGoal(items: readonly Item[], at: number): number | undefined {
  if (/^(?:→|>|to|into|for|in)$/.test(textOf(items[at]))) return at + 1
  return /^[-=]$/.test(textOf(items[at])) && textOf(items[at + 1]) === '>'
    ? at + 2
    : undefined
}

const isChain = (item: Item | undefined): item is Word =>
  item?.type === 'word' && item.senses.chain !== undefined

/** `from base to optimism`, `base → optimism`: where it ends. */
function readCrossing(items: readonly Item[], at: number): number | undefined {
  const from = /^(?:from|on)$/.test(textOf(items[at])) ? at + 1 : at
  if (!isChain(items[from])) return undefined
  const goal = readGoal(items, from + 1)
  return goal !== undefined && isChain(items[goal]) ? goal + 1 : undefined
}

/** Whether another step with its verb, or one more without, comes behind. */
function goesOn(items: readonly Item[], from: number): boolean {
  for (let at = from; at < Math.min(from + MOST_SAID, items.length); at += 1) {
    if (isVerb(items[at]) && !isJoint(items[at - 1])) return false
    const joint = readJoint(items, at)
    if (joint === undefined) continue
    const verb = items[joint]
    if (isVerb(verb))
      // `1 eth to usdc, swap please`: the verb of what stands before.
      return (
        textOf(items[joint - 1]) !== ',' || items[joint + 1]?.type === 'word'
      )
    if (readNext(items, joint) !== undefined) return true
  }
  return false
}

const isJoint = (item: Item | undefined): boolean =>
  item?.type === 'break' || /^(?:and|then|after|next|[,;&])$/.test(textOf(item))

/** Where the words end that join another step here. */
function readJoint(items: readonly Item[], from: number): number | undefined {
  let at = from
  while (at < from + MOST_JOINTS && at < items.length && isJoint(items[at]))
    at += 1
  return at === from || at >= items.length ? undefined : at
}

/** `… then dai to usdc`, `… then to usdc`: said by its verb. */
function readNext(
  items: readonly Item[],
  at: number,
): { readonly items: readonly Item[]; readonly next: number } | undefined {
  const first = items[at]
  if (first === undefined || textOf(items[at - 1]) !== 'then') return undefined
  const to = /^(?:to|into|→)$/.test(textOf(first)) ? at + 1 : at
  const target = items[to]
  if (to > at && (isToken(target) || isParty(target)))
    return {
      items: [
        word(isParty(target) ? 'send' : 'swap', first, first.start),
        word('it', first, first.start),
        ...items.slice(at, to + 1),
      ],
      next: to + 1,
    }
  const clause = readClause(items, at)
  return clause === undefined
    ? undefined
    : {
        items: [
          word(clause.verb, first, first.start),
          ...(isToken(first) ? [word('the', first, first.start)] : []),
          ...items.slice(at, clause.end),
        ],
        next: clause.end,
      }
}
